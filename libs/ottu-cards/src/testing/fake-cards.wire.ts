import type { IncomingHttpHeaders } from 'node:http';
import type { OttuEnv } from '../cards/cards.wire.js';
import type { SavedCard } from '../cards/saved-card.js';
import { isRecord } from '../common/is-record.js';

/** An answer of the fake before it becomes bytes; `undefined` is an empty body. */
export interface FakeAnswer {
  readonly status: number;
  readonly body?: unknown;
}

/** A card as Ottu knows it: without the id, which this library makes. A whole `SavedCard` is one. */
export type FakeCard = Omit<SavedCard, 'id'>;

interface StoredCard {
  readonly env: OttuEnv;
  readonly wire: Readonly<Record<string, unknown>> & { readonly token: string; readonly customer_id: string };
  readonly card: FakeCard;
}

/**
 * The two operations as Ottu documents them, written apart from the library's own wire contract so that neither can
 * hide a mistake of the other. What Ottu publishes nowhere (the refusal of a locked card, 404 for an unknown token) is
 * this fake's choice.
 *
 * @see Ottu's OpenAPI file, operations `get_user_cards` and `delete_user_cards`, seen 2026-11-20
 */
export class FakeCards {
  private stored: readonly StoredCard[] = [];

  save(given: FakeCard, env: OttuEnv, unknownFields: Readonly<Record<string, unknown>>): FakeCard {
    const card = withoutId(given);
    this.remove(card, env);
    this.stored = [...this.stored, { env, card, wire: { ...unknownFields, ...toWire(card) } }];
    return card;
  }

  of(customerId: string, env: OttuEnv): FakeCard[] {
    return this.stored.filter((it) => it.env === env && it.card.customerId === customerId).map((it) => it.card);
  }

  clear(): void {
    this.stored = [];
  }

  list(body: unknown): FakeAnswer {
    if (!isRecord(body)) return badRequest({ non_field_errors: ['Invalid data. Expected a dictionary.'] });
    const { type, customer_id: customerId, pg_codes: pgCodes, agreement_id: agreementId } = body;
    const errors = {
      ...requiredText('customer_id', customerId),
      ...requiredType(type),
      ...(pgCodes === undefined || Array.isArray(pgCodes) ? {} : { pg_codes: ['Expected a list of items.'] }),
      ...(agreementId === undefined ? {} : requiredText('agreement_id', agreementId)),
    };
    if (Object.keys(errors).length > 0) return badRequest(errors);
    const wanted: unknown[] = Array.isArray(pgCodes) && pgCodes.length > 0 ? pgCodes : [];
    const found = this.stored.filter(
      ({ env, card }) =>
        env === type &&
        card.customerId === customerId &&
        (wanted.length === 0 || wanted.includes(card.pgCode)) &&
        (typeof agreementId !== 'string' || card.agreements.includes(agreementId)),
    );
    return { status: 200, body: (agreementId === undefined ? found : found.slice(-1)).map(({ wire }) => wire) };
  }

  delete(token: string, query: URLSearchParams): FakeAnswer {
    const [customerId, type] = [query.get('customer_id') ?? undefined, query.get('type') ?? undefined];
    const errors = { ...requiredText('customer_id', customerId), ...requiredType(type) };
    if (Object.keys(errors).length > 0) return badRequest(errors);
    const found = this.stored.find(
      ({ env, card }) => env === type && card.customerId === customerId && card.token === token,
    );
    if (found === undefined) return { status: 404, body: { detail: 'Not found.' } };
    if (found.card.agreements.length > 0) return badRequest({ detail: 'The card is used by an auto-debit agreement.' });
    this.remove(found.card, found.env);
    return { status: 204 };
  }

  /** In Ottu's sandbox a token is a shared test number: another customer's card with it stays. */
  private remove({ customerId, token }: FakeCard, env: OttuEnv): void {
    this.stored = this.stored.filter(
      (it) => it.card.token !== token || it.card.customerId !== customerId || it.env !== env,
    );
  }
}

function withoutId({ id: _id, ...card }: FakeCard & { readonly id?: string }): FakeCard {
  return card;
}

function toWire(card: FakeCard): StoredCard['wire'] {
  return {
    customer_id: card.customerId,
    token: card.token,
    brand: card.brand,
    number: card.number,
    name_on_card: card.nameOnCard,
    expiry_month: card.expiryMonth,
    expiry_year: card.expiryYear,
    pg_code: card.pgCode,
    ...(card.pgName === null ? {} : { pg_name: card.pgName }), // older answers lack it
    is_preferred: card.isPreferred,
    is_expired: card.isExpired,
    will_expire_soon: card.willExpireSoon,
    cvv_required: card.cvvRequired,
    agreements: card.agreements,
  };
}

function badRequest(body: unknown): FakeAnswer {
  return { status: 400, body };
}

function requiredText(name: string, value: unknown): Record<string, string[]> {
  if (value === undefined) return { [name]: ['This field is required.'] };
  if (typeof value !== 'string') return { [name]: ['Not a valid string.'] };
  return value === '' ? { [name]: ['This field may not be blank.'] } : {};
}

function requiredType(value: unknown): Record<string, string[]> {
  if (value === undefined) return { type: ['This field is required.'] };
  return value === 'sandbox' || value === 'production' ? {} : { type: ['Not a valid choice.'] };
}

const CARDS = '/b/pbl/v2/card/';

interface FakeRequest {
  readonly method: string;
  readonly target: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** Which operation a request means, and what stands before it: address, key, method, content type. */
export function answerAsOttu(
  request: FakeRequest,
  { cards, apiKey }: { cards: FakeCards; apiKey: string },
): FakeAnswer {
  const { method, target, headers, body } = request;
  const [pathname = '', ...query] = target.split('?');
  const token = tokenIn(pathname);
  if (pathname !== CARDS && token === undefined) return { status: 404, body: { detail: 'Not found.' } };
  if (headers.authorization !== `Api-Key ${apiKey}`) {
    return { status: 401, body: { detail: 'Authentication credentials were not provided.' } };
  }
  if (token !== undefined && method === 'DELETE') return cards.delete(token, new URLSearchParams(query.join('?')));
  if (token !== undefined || method !== 'POST') {
    return { status: 405, body: { detail: `Method "${method}" not allowed.` } };
  }
  if (!/^application\/json\b/i.test(headers['content-type'] ?? '')) {
    return { status: 415, body: { detail: 'Unsupported media type in request.' } };
  }
  return cards.list(parseJson(body));
}

/** `undefined` where the address names no card, also where it cannot be decoded. */
function tokenIn(pathname: string): string | undefined {
  const token = /^\/b\/pbl\/v2\/card\/([^/.]+)\/$/.exec(pathname)?.[1];
  try {
    return token === undefined ? undefined : decodeURIComponent(token);
  } catch {
    return undefined;
  }
}

function parseJson(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}
