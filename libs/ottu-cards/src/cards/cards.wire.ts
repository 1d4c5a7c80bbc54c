import { isRecord } from '../common/is-record.js';
import { withoutPrototype } from '../common/without-prototype.js';
import { UnexpectedShapeError } from '../errors/errors.js';
import type { OttuCall, OttuOperation } from '../transport/ottu-call.js';
import type { CardIdOf } from './card-id.js';
import type { CardReference, ListCardsFilter, SavedCard } from './saved-card.js';

/** Ottu keeps sandbox and production cards on one host and tells them apart by this word, its field `type`. */
export type OttuEnv = 'sandbox' | 'production';

/** The template of the address of all cards, and of the address of one. */
export const CARDS_ROUTE = '/b/pbl/v2/card/';
export const CARD_ROUTE = `${CARDS_ROUTE}{token}/`;
const MAX_CARDS = 500;
const WRONG_HOST = 'Is merchantId the host of your Ottu account? Ottu does not offer User Cards in KSA.';
const CHECK_SCOPE = "Check that the key may view and delete cards, and Ottu's IP allow-list.";

/** @see Ottu's OpenAPI file, operation `get_user_cards`, seen 2026-11-20 */
export function listCardsCall(
  filter: ListCardsFilter,
  env: OttuEnv,
  idOf: CardIdOf,
  operation: OttuOperation = 'list',
): OttuCall<SavedCard[]> {
  const { customerId, pgCodes, agreementId } = filter;
  const body = { type: env, customer_id: customerId, pg_codes: pgCodes, agreement_id: agreementId };
  return {
    method: 'POST',
    route: CARDS_ROUTE,
    path: CARDS_ROUTE,
    body: JSON.stringify(body),
    operation,
    effect: 'read',
    secrets: agreementId === undefined ? [customerId] : [customerId, agreementId],
    hints: { 403: `${WRONG_HOST} ${CHECK_SCOPE}`, 404: WRONG_HOST, 405: WRONG_HOST },
    read: (answer) => parseCardList(answer, customerId, idOf),
  };
}

/** @see Ottu's OpenAPI file, operation `delete_user_cards`, seen 2026-11-20 */
export function deleteCardCall(
  { customerId, token }: Pick<CardReference, 'customerId' | 'token'>,
  env: OttuEnv,
): OttuCall<void> {
  return {
    method: 'DELETE',
    route: CARD_ROUTE,
    path: `${CARDS_ROUTE}${encodeURIComponent(token)}/?customer_id=${encodeURIComponent(customerId)}&type=${env}`,
    body: null,
    operation: 'delete',
    effect: 'delete',
    secrets: [customerId, token],
    hints: { 403: CHECK_SCOPE, 404: 'Is merchantId the host of your Ottu account?' },
    unknownOutcome: `It is not known whether DELETE ${CARD_ROUTE} deleted the card: no clear answer came. List the customer's cards to see.`,
    read: () => undefined,
  };
}

/**
 * Reads a list of cards, preferred ones first, otherwise in Ottu's order. A lone card object is a list of one: the
 * published specification types the answer so, while every example of it is an array.
 *
 * @throws UnexpectedShapeError on every other shape, and when one single card is another customer's
 */
function parseCardList(answer: unknown, customerId: string, idOf: CardIdOf, now = new Date()): SavedCard[] {
  const list: unknown[] = Array.isArray(answer) ? answer : [answer];
  const idWith = idOf(customerId);
  const thisMonth = now.getUTCFullYear() * 12 + now.getUTCMonth();
  if (list.length > MAX_CARDS) throw new UnexpectedShapeError('the list', `must not hold more than ${MAX_CARDS} cards`);
  const cards = list.map((card, index) => {
    const fields = new JsonFields(card, Array.isArray(answer) ? `[${index}]` : 'the answer');
    return readCard(fields, customerId, idWith, thisMonth);
  });
  return cards.toSorted((a, b) => Number(b.isPreferred) - Number(a.isPreferred));
}

function readCard(card: JsonFields, customerId: string, idWith: ReturnType<CardIdOf>, thisMonth: number): SavedCard {
  if (card.string('customer_id') !== customerId) card.refuse('customer_id', 'must be the customer who was asked for');
  const number = masked(card.nullableString('number'));
  const expiryMonth = card.string('expiry_month');
  const expiryYear = card.string('expiry_year');
  const isExpired = card.boolean('is_expired');
  const token = card.string('token') || card.refuse('token', 'must not be empty');
  return {
    id: idWith(token),
    token,
    customerId,
    brand: card.nullableString('brand'),
    number,
    last4: lastFour(number),
    nameOnCard: card.nullableString('name_on_card'),
    expiryMonth,
    expiryYear,
    pgCode: card.string('pg_code'),
    pgName: card.optionalString('pg_name') ?? card.optionalString('pg'), // older answers say `pg`
    isPreferred: card.boolean('is_preferred'),
    isExpired,
    willExpireSoon:
      card.optionalBoolean('will_expire_soon') ?? (!isExpired && isSoon(expiryMonth, expiryYear, thisMonth)),
    cvvRequired: card.boolean('cvv_required'),
    agreements: card.strings('agreements'),
  };
}

const MORE_THAN_TEN_DIGITS = /^(?:\P{Nd}*\p{Nd}){11}/u;
/** Characters at the end of a number in which its last four digits are looked for. */
const MAX_NUMBER = 40;

/** A masked number shows ten digits at most (BIN and last four). More could be the whole one. */
function masked(number: string | null): string | null {
  if (number === null || !MORE_THAN_TEN_DIGITS.test(number)) return number;
  const digits = number.slice(-MAX_NUMBER).match(/\p{Nd}/gu) ?? [];
  return `**** ${digits.slice(-4).join('')}`.trimEnd();
}

function lastFour(number: string | null): string | null {
  const end = number?.slice(-4) ?? '';
  return /^[0-9]{4}$/.test(end) ? end : null;
}

/** This month or the next. @param thisMonth counted from January of the year 0, which is 0 */
function isSoon(month: string, year: string, thisMonth: number): boolean {
  const monthsLeft = (2000 + Number(year)) * 12 + Number(month) - 1 - thisMonth;
  return monthsLeft === 0 || monthsLeft === 1;
}

/** Reads fields by name and type; whatever does not fit is refused with its path, unknown fields are never looked at. */
class JsonFields {
  private readonly fields: Readonly<Record<string, unknown>>;

  constructor(
    value: unknown,
    private readonly path: string,
  ) {
    if (!isRecord(value)) throw new UnexpectedShapeError(path, 'must be an object');
    this.fields = withoutPrototype(value);
  }

  refuse(name: string, expectation: string): never {
    throw new UnexpectedShapeError(`${this.path}.${name}`, expectation);
  }

  string(name: string): string {
    const value = this.fields[name];
    return typeof value === 'string' ? value : this.refuse(name, 'must be a string');
  }

  nullableString(name: string): string | null {
    const value = this.fields[name];
    return value === null || typeof value === 'string' ? value : this.refuse(name, 'must be a string or null');
  }

  optionalString(name: string): string | null {
    return this.fields[name] === undefined ? null : this.nullableString(name);
  }

  boolean(name: string): boolean {
    const value = this.fields[name];
    return typeof value === 'boolean' ? value : this.refuse(name, 'must be a boolean');
  }

  optionalBoolean(name: string): boolean | undefined {
    return (this.fields[name] ?? undefined) === undefined ? undefined : this.boolean(name);
  }

  /** `null` means none. */
  strings(name: string): readonly string[] {
    const value = this.fields[name];
    if (value === null) return [];
    if (!Array.isArray(value)) return this.refuse(name, 'must be a list of strings');
    const list: unknown[] = value;
    return list.map((item, index) =>
      typeof item === 'string' ? item : this.refuse(`${name}[${index}]`, 'must be a string'),
    );
  }
}
