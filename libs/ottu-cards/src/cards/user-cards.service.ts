import { OttuInputError } from '../errors/errors.js';
import type { OttuTransport } from '../transport/ottu-transport.js';
import { type CallOptions, timeoutRule } from '../transport/ottu-call.js';
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

const LIST_RULES = {
  customerId: customerIdRule,
  pgCodes: optional(pgCodesRule),
  agreementId: optional(agreementIdRule),
};
const REFERENCE_RULES = { customerId: customerIdRule, token: tokenRule };
const CALL_RULES = {
  timeoutMs: optional(timeoutRule),
  signal: optional((value) => (value instanceof AbortSignal ? undefined : 'must be an AbortSignal')),
};

/**
 * A merchant's saved cards at Ottu. Every method settles within `timeoutMs`; what goes wrong is an `OttuError`, never
 * an empty list or `undefined`.
 */
export class UserCardsService {
  constructor(
    private readonly transport: OttuTransport,
    private readonly env: OttuEnv,
  ) {}

  /**
   * The customer's saved cards, preferred ones first, otherwise in Ottu's order; expired ones are among them.
   *
   * @throws OttuInputError before anything is sent; else any `OttuError` but those of a delete
   */
  async list(filter: ListCardsFilter, options: CallOptions = {}): Promise<SavedCard[]> {
    check('list', filter, LIST_RULES, options);
    return this.transport.send(listCardsCall(filter, this.env), options);
  }

  /**
   * The customer's card with this token; `undefined` when Ottu says that there is none. Always asks Ottu.
   *
   * @throws as `list`
   */
  async find(card: CardReference, options: CallOptions = {}): Promise<SavedCard | undefined> {
    check('find', card, REFERENCE_RULES, options);
    const cards = await this.transport.send(listCardsCall({ customerId: card.customerId }, this.env), options);
    return cards.find(({ token }) => token === card.token);
  }

  /**
   * Deletes the customer's card. Resolves only when it is gone.
   *
   * @throws OttuNotFoundError when this customer has no such card in this `env`
   * @throws OttuRefusedError among others when the card is locked by an auto-debit agreement
   * @throws OttuDeleteUnknownError when Ottu may have deleted it and gave no clear answer: list again
   */
  async delete(card: CardReference, options: CallOptions = {}): Promise<void> {
    check('delete', card, REFERENCE_RULES, options);
    await this.transport.send(deleteCardCall(card, this.env), options);
  }
}

function check(method: string, argument: unknown, rules: Readonly<Record<string, Rule>>, options: unknown): void {
  if (!isObject(argument) || !isObject(options)) {
    throw new OttuInputError(
      `UserCardsService.${method}() takes objects: ({ ${Object.keys(rules).join(', ')} }, options?).`,
    );
  }
  const fieldErrors = { ...brokenRules(argument, rules), ...brokenRules(options, CALL_RULES) };
  const problems = Object.entries(fieldErrors).map(([name, [problem]]) => `${name} ${problem}`);
  if (problems.length === 0) return;
  throw new OttuInputError(`UserCardsService.${method}(): ${problems.join('; ')}. Nothing was sent.`, { fieldErrors });
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}
