import { isRecord } from '../common/is-record.js';
import { optional, problemsOf, type Rules, sentenceOf } from '../common/rules.js';
import { withoutPrototype } from '../common/without-prototype.js';
import { OttuBadResponseError, OttuInputError, OttuNotFoundError, OttuRefusedError } from '../errors/errors.js';
import {
  type OttuCallTrace,
  traceCall,
  type TracedMerchant,
  type UserCardsStatus,
} from '../transport/observability.js';
import { type CallOptions, timeoutRule } from '../transport/ottu-call.js';
import type { OttuTransport } from '../transport/ottu-transport.js';
import { type CardIdOf, cardIdRule, isSameId } from './card-id.js';
import type { ListCache, ListOptions } from './list-cache.js';
import { agreementIdRule, customerIdRule, pgCodesRule, tokenRule } from './card-rules.js';
import { CARD_ROUTE, CARDS_ROUTE, deleteCardCall, listCardsCall, type OttuEnv } from './cards.wire.js';
import type { CardIdReference, CardReference, ListCardsFilter, SavedCard } from './saved-card.js';

const LIST_RULES: Rules = {
  customerId: customerIdRule,
  pgCodes: optional(pgCodesRule),
  agreementId: optional(agreementIdRule),
};

/** Where both token and id are given, as in a whole card, the token decides. */
const REFERENCE_RULES: Rules = {
  customerId: customerIdRule,
  token: (token, { id }) => (token === undefined && id !== undefined ? undefined : tokenRule(token)),
  id: (id, { token }) => (token === undefined && id !== undefined ? cardIdRule(id, {}) : undefined),
  agreements: () => undefined,
};

const CALL_RULES: Rules = {
  timeoutMs: optional(timeoutRule),
  signal: optional((value) => (value instanceof AbortSignal ? undefined : 'must be an AbortSignal')),
  fresh: optional((value) => (typeof value === 'boolean' ? undefined : 'must be true or false')),
};

/** How Ottu refuses to delete a card that an agreement needs is published nowhere: one of these is taken for it. */
const LOCKED_STATUSES = new Set<number | undefined>([400, 409, 422]);

/** Of a module without a cache: every list asks Ottu, and nothing is forgotten. */
export const NO_CACHE: ListCache = {
  list: (_filter, options, send) => send(options),
  forgetAfter: (_call, work) => work(),
};

/** What a service knows of its merchant. */
export interface UserCardsSettings extends TracedMerchant {
  readonly env: OttuEnv;
  /** Of a call that brings no time limit of its own. */
  readonly timeoutMs: number;
  readonly idOf: CardIdOf;
  readonly cache: ListCache;
}

/**
 * A merchant's saved cards at Ottu. Every method settles within `timeoutMs`; what goes wrong is an `OttuError`, never
 * an empty list or `undefined`.
 */
export class UserCardsService {
  /** @hidden made by the module */
  constructor(
    private readonly transport: OttuTransport,
    private readonly settings: UserCardsSettings,
  ) {}

  /**
   * The customer's saved cards, preferred ones first, otherwise in Ottu's order; expired ones are among them. Comes
   * from the module's cache where it has one, unless `fresh`.
   *
   * @throws OttuInputError before anything is sent; else any `OttuError` but those of a delete
   */
  async list(filter: ListCardsFilter, options: ListOptions = {}): Promise<SavedCard[]> {
    return traceCall(this.settings, { operation: 'list', route: CARDS_ROUTE }, async (trace) => {
      const [{ customerId, pgCodes, agreementId }, limits] = checked('list', LIST_RULES, filter, options);
      const { env, idOf, cache } = this.settings;
      const codes = pgCodes && pgCodes.length > 0 ? [...pgCodes] : undefined; // the caller's list may change meanwhile
      const asked = { customerId, pgCodes: codes, agreementId };
      const send = (within: CallOptions): Promise<SavedCard[]> =>
        this.transport.send(listCardsCall(asked, env, idOf), within, trace);
      return cache.list(asked, limits, send, trace);
    });
  }

  /**
   * The customer's card with this token or this id; `undefined` when Ottu lists no such card. Always asks Ottu, never a
   * cache.
   *
   * @throws as `list`
   */
  async find(card: CardReference | CardIdReference, options: CallOptions = {}): Promise<SavedCard | undefined> {
    return traceCall(this.settings, { operation: 'find', route: CARDS_ROUTE }, async (trace) => {
      const [{ customerId, token, id }, limits] = checked('find', REFERENCE_RULES, card, options);
      const { env, idOf, cache } = this.settings;
      const call = listCardsCall({ customerId }, env, idOf, 'find');
      const { signal, timeoutMs } = limits;
      // a change that the list shows makes a cache forget the customer's lists
      const cards = await cache.forgetAfter({ customerId, effect: 'read', signal, timeoutMs }, () =>
        this.transport.send(call, limits, trace),
      );
      return cards.find((it) => (token === undefined ? isSameId(it.id, id) : it.token === token));
    });
  }

  /**
   * Deletes the customer's card. Resolves only when it is gone. By id it finds the card first, within the same time
   * limit.
   *
   * @throws OttuNotFoundError when this customer has no such card in this `env`
   * @throws OttuRefusedError among others when the card is locked by an auto-debit agreement; with `cardLocked` where
   *   the card is deleted by id, or given with its `agreements`
   * @throws OttuDeleteUnknownError when Ottu may have deleted it and gave no clear answer: list again
   */
  async delete(card: CardReference | CardIdReference, options: CallOptions = {}): Promise<void> {
    return traceCall(this.settings, { operation: 'delete', route: CARD_ROUTE }, async (trace) => {
      const [{ customerId, token, id, agreements }, limits] = checked('delete', REFERENCE_RULES, card, options);
      if (token !== undefined) return this.deleteByToken({ customerId, token, agreements }, limits, trace);
      const { env, idOf, cache } = this.settings;
      const { signal, timeoutMs = this.settings.timeoutMs } = limits;
      const startedAt = performance.now();
      const leftMs = (): number => Math.max(1, timeoutMs - (performance.now() - startedAt));
      const call = listCardsCall({ customerId }, env, idOf, 'delete');
      const cards = await this.transport.send(call, limits, trace);
      const found = cards.find((it) => isSameId(it.id, id));
      if (!found) {
        // a kept list may still show it; else the delete itself makes the cache forget
        await cache.forgetAfter({ customerId, effect: 'read', signal, timeoutMs: leftMs() }, async () => undefined);
        throw new OttuNotFoundError('This customer has no card with this id. Nothing was deleted.');
      }
      if (tokenRule(found.token) !== undefined) {
        // it would stand in an address: `..` is another endpoint
        throw new OttuBadResponseError('Ottu listed this card with a token that cannot be one. Nothing was deleted.');
      }
      return this.deleteByToken(found, { signal, timeoutMs: leftMs() }, trace);
    });
  }

  /** What the calls of this process have come to lately; asks nobody. */
  status(): UserCardsStatus {
    return this.transport.status();
  }

  private async deleteByToken(
    { customerId, token, agreements }: CardReference,
    options: CallOptions,
    trace: OttuCallTrace | undefined,
  ): Promise<void> {
    const { env, cache } = this.settings;
    const call = deleteCardCall({ customerId, token }, env);
    try {
      const { signal, timeoutMs } = options;
      await cache.forgetAfter({ customerId, effect: 'delete', signal, timeoutMs }, () =>
        this.transport.send(call, options, trace),
      );
    } catch (error) {
      const hasAgreements = Array.isArray(agreements) && agreements.length > 0; // JavaScript may give anything
      throw hasAgreements && OttuRefusedError.is(error) && LOCKED_STATUSES.has(error.status) ? locked(error) : error;
    }
  }
}

/**
 * The own values of argument and options, each read once: what was checked is what is sent. In the argument, names that
 * mean nothing are refused only where they look like a misspelt one, for whole cards are passed.
 */
function checked<A extends object, O extends CallOptions>(
  method: string,
  rules: Rules,
  argument: A,
  options: O,
): [A, O] {
  if (!isRecord(argument)) {
    throw new OttuInputError(`UserCardsService.${method}() takes an object: { ${Object.keys(rules).join(', ')} }.`);
  }
  const given: [A, O] = [withoutPrototype({ ...argument }), withoutPrototype({ ...options })];
  const problems = [
    ...problemsOf(given[0], rules, 'typo'),
    ...(isRecord(options) ? problemsOf(given[1], CALL_RULES) : [{ name: 'options', problem: 'must be an object' }]),
  ];
  if (problems.length === 0) return given;
  const fieldErrors = Object.fromEntries(problems.map(({ name, problem }) => [name, [problem]]));
  throw new OttuInputError(`UserCardsService.${method}(): ${sentenceOf(problems)}. Nothing was sent.`, { fieldErrors });
}

function locked({ message, attempts, status, detail, fieldErrors }: OttuRefusedError): OttuRefusedError {
  const facts = { attempts, status, detail, fieldErrors, cardLocked: true };
  return new OttuRefusedError(`${message} The card has agreements: another card must be chosen for them first.`, facts);
}
