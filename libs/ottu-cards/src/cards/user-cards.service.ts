import { OttuInputError } from '../errors/errors.js';
import type { OttuTransport } from '../transport/ottu-transport.js';
import { type CallOptions, timeoutRule } from '../transport/ottu-call.js';
import type { ListCache, CustomerCall, ListOptions } from './list-cache.js';
import {
  agreementIdRule,
  brokenRules,
  customerIdRule,
  optional,
  pgCodesRule,
  type Rule,
  tokenRule,
} from './card-arguments.js';
import { deleteCardCall, listCardsCall, type OttuEnv } from './cards.wire.js';
import type { CardReference, ListCardsFilter, SavedCard } from './saved-card.js';
import { isRecord } from '../common/is-record.js';

const LIST_RULES = {
  customerId: customerIdRule,
  pgCodes: optional(pgCodesRule),
  agreementId: optional(agreementIdRule),
};
const REFERENCE_RULES = { customerId: customerIdRule, token: tokenRule };
const CALL_RULES = {
  timeoutMs: optional(timeoutRule),
  signal: optional((value) => (value instanceof AbortSignal ? undefined : 'must be an AbortSignal')),
  fresh: optional((value) => (typeof value === 'boolean' ? undefined : 'must be true or false')),
};

/**
 * A merchant's saved cards at Ottu. Every method settles within `timeoutMs`; what goes wrong is an `OttuError`, never
 * an empty list or `undefined`.
 */
export class UserCardsService {
  constructor(
    private readonly transport: OttuTransport,
    private readonly env: OttuEnv,
    private readonly cache?: ListCache,
  ) {}

  /**
   * The customer's saved cards, preferred ones first, otherwise in Ottu's order; expired ones are among them. Comes
   * from the module's cache where it has one, unless `fresh`.
   *
   * @throws OttuInputError before anything is sent; else any `OttuError` but those of a delete
   */
  async list(filter: ListCardsFilter, options: ListOptions = {}): Promise<SavedCard[]> {
    const { customerId, pgCodes, agreementId } = object('list', LIST_RULES, filter);
    check('list', LIST_RULES, { customerId, pgCodes, agreementId }, options);
    const call = listCardsCall({ customerId, pgCodes, agreementId }, this.env);
    if (!this.cache) return this.transport.send(call, options);
    return this.cache.list({ customerId, pgCodes, agreementId }, options, (limits) =>
      this.transport.send(call, limits),
    );
  }

  /**
   * The customer's card with this token; `undefined` when Ottu says that there is none. Always asks Ottu, never a cache.
   *
   * @throws as `list`
   */
  async find(card: CardReference, options: CallOptions = {}): Promise<SavedCard | undefined> {
    const { customerId, token } = object('find', REFERENCE_RULES, card);
    check('find', REFERENCE_RULES, { customerId, token }, options);
    const call = listCardsCall({ customerId }, this.env);
    const cards = await this.changing({ customerId, effect: 'read' }, options, () =>
      this.transport.send(call, options),
    );
    return cards.find((found) => found.token === token);
  }

  /**
   * Deletes the customer's card. Resolves only when it is gone.
   *
   * @throws OttuNotFoundError when this customer has no such card in this `env`
   * @throws OttuRefusedError among others when the card is locked by an auto-debit agreement
   * @throws OttuDeleteUnknownError when Ottu may have deleted it and gave no clear answer: list again
   */
  async delete(card: CardReference, options: CallOptions = {}): Promise<void> {
    const { customerId, token } = object('delete', REFERENCE_RULES, card);
    check('delete', REFERENCE_RULES, { customerId, token }, options);
    const call = deleteCardCall({ customerId, token }, this.env);
    await this.changing({ customerId, effect: 'delete' }, options, () => this.transport.send(call, options));
  }

  /** What shows a change, or makes one, makes a cache forget the customer's lists. */
  private changing<T>(
    call: Pick<CustomerCall, 'customerId' | 'effect'>,
    { signal, timeoutMs }: CallOptions,
    work: () => Promise<T>,
  ): Promise<T> {
    return this.cache ? this.cache.forgetAfter({ ...call, signal, timeoutMs }, work) : work();
  }
}

type Rules = Readonly<Record<string, Rule>>;

/** The argument, from which each value is then read once: what was checked is what is sent. */
function object<T>(method: string, rules: Rules, argument: T): T {
  if (isRecord(argument)) return argument;
  throw new OttuInputError(`UserCardsService.${method}() takes an object: { ${Object.keys(rules).join(', ')} }.`);
}

function check(method: string, rules: Rules, values: object, options: unknown): void {
  const problemsOfOptions = isRecord(options) ? brokenRules(options, CALL_RULES) : { options: ['must be an object'] };
  const fieldErrors = { ...brokenRules(values, rules), ...problemsOfOptions };
  const problems = Object.entries(fieldErrors).map(([name, [problem]]) => `${name} ${problem}`);
  if (problems.length === 0) return;
  throw new OttuInputError(`UserCardsService.${method}(): ${problems.join('; ')}. Nothing was sent.`, { fieldErrors });
}
