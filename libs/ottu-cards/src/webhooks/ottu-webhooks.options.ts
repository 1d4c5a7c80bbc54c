import type { ModuleMetadata, Type } from '@nestjs/common';
import { isRecord } from '../common/is-record.js';
import { hasMethods, optional, type Problem, problemsOf, type Rules } from '../common/rules.js';
import { unprintedOptions } from '../common/module-options.js';
import { configProblems } from '../errors/errors.js';
import type { OttuWebhookHandler, UndeliveredEvent } from './webhook-events.js';
import type { WebhookQueue } from './webhook-queue.js';
import { hmacKeyRule } from './webhook-signature.wire.js';

/** What may come from a factory. */
export interface OttuWebhooksOptions {
  /** The HMAC key from Ottu's dashboard; the old and the new one while it is being replaced. */
  readonly hmacKey: string | readonly string[];
  /**
   * Holds events until they are handled, for all instances of the application and across restarts: `bullQueue()` of
   * `nestjs-ottu-cards/bullmq`. One queue serves one mount.
   *
   * @default the memory of this process
   */
  readonly queue?: WebhookQueue | undefined;
  /**
   * Takes the genuine events that the handler did not finish: Ottu never sends them again. An option rather than a
   * method of the handler, because it is needed when the handler is what fails, and so that a factory can give it a
   * queue or an alarm that works without the handler's database.
   *
   * @default none: the loss is logged, without the payload
   */
  readonly onUndelivered?: ((undelivered: UndeliveredEvent) => void | Promise<void>) | undefined;
}

/** The structure of the module: known before any factory runs. */
export interface OttuWebhooksExtras {
  /** The route that Ottu posts to, without the application's global prefix. Version-neutral. @example 'webhooks/ottu' */
  readonly path: string;
  /** A class of yours, made by this module; what it injects must come through `imports` or be global. */
  readonly handler: Type<OttuWebhookHandler & OneMethod>;
  /** The `name` of the `OttuCardsModule` that cards are confirmed with. @default none: the one without a name */
  readonly cards?: string | undefined;
  /** Modules that export what the handler injects, and an `OttuCardsModule` that is not global. */
  readonly imports?: ModuleMetadata['imports'] | undefined;
  /** Put on the controller class: `Public()`, `SkipThrottle()`, whatever the application's global guards look for. */
  readonly decorators?: readonly ClassDecorator[] | undefined;
}

/**
 * A handler without a method would hear of nothing.
 *
 * @inline
 */
type OneMethod = Required<Pick<OttuWebhookHandler, 'onPayment'>> | Required<Pick<OttuWebhookHandler, 'onSavedCard'>>;

/** The extras before their check. */
export type GivenExtras = { readonly [K in keyof OttuWebhooksExtras]?: OttuWebhooksExtras[K] | undefined };

/** The options after their check. They print as nothing. */
export interface CheckedWebhooksOptions extends Omit<OttuWebhooksOptions, 'hmacKey'> {
  /** Without slashes at its ends. */
  readonly path: string;
  readonly cards: string | undefined;
  readonly hmacKeys: readonly string[];
}

const OPTIONS: Rules<keyof OttuWebhooksOptions> = {
  hmacKey: hmacKeyRule,
  queue: optional((value) =>
    hasMethods(value, 'open', 'nameFor')
      ? undefined
      : 'must be a queue: write bullQueue({ connection }) from nestjs-ottu-cards/bullmq',
  ),
  onUndelivered: optional((value) => (typeof value === 'function' ? undefined : 'must be a function')),
};

const EXTRAS: Rules<keyof OttuWebhooksExtras> = {
  path: (value) =>
    typeof value === 'string' && /[^/\s]/.test(value) ? undefined : "must be a route, such as 'webhooks/ottu'",
  handler: (value) =>
    hasMethods(value, 'onPayment') || hasMethods(value, 'onSavedCard')
      ? undefined
      : 'must be a class with a method onPayment(event), or onSavedCard(event), or both',
  cards: optional((value) =>
    typeof value === 'string' && value !== '' ? undefined : 'must be the name of an OttuCardsModule',
  ),
  imports: () => undefined, // Nest speaks for itself
  decorators: optional((value) =>
    Array.isArray(value) && value.every((it) => typeof it === 'function')
      ? undefined
      : 'must be a list of class decorators: call them, as in Public()',
  ),
};

/** The extras stand here too, for whoever misspells one of them. */
const OPTIONS_ONLY: Rules = {
  ...OPTIONS,
  ...Object.fromEntries(
    Object.keys(EXTRAS).map((name) => [name, optional(() => 'cannot come from a factory: write it beside useFactory')]),
  ),
};

/**
 * @param options before anything of them is trusted
 * @param made what was made of the handler's class, and whether a `UserCardsService` was found
 * @throws OttuConfigError which tells all problems at once, each with its remedy and without the value
 */
export function checkedOptions(
  options: unknown,
  { path = '', cards, ...extras }: GivenExtras,
  made: { readonly handler: unknown; readonly hasCards: boolean },
): CheckedWebhooksOptions {
  const { imports, decorators } = extras; // Nest hands over the options with them
  const problems: (Problem | string)[] = [
    ...problemsOf({ path, handler: made.handler, cards, imports, decorators }, EXTRAS),
    ...(isRecord(options) ? problemsOf(options, OPTIONS_ONLY) : [{ name: 'options', problem: 'must be an object' }]),
  ];
  if (hasMethods(made.handler, 'onSavedCard') && !made.hasCards) problems.push(missingCards(cards));
  if (problems.length > 0 || !isOptions(options)) throw configProblems('OttuWebhooksModule.forRoot()', problems);
  const { hmacKey, queue, onUndelivered } = options;
  const parts = path.split('/').filter((part) => part !== '');
  return unprintedOptions({ path: parts.join('/'), cards, hmacKeys: [hmacKey].flat(), queue, onUndelivered });
}

function missingCards(cards: unknown): string {
  const name = typeof cards === 'string' ? ` with name: ${JSON.stringify(cards.slice(0, 40))}` : '';
  return (
    `there is no UserCardsService to confirm cards for onSavedCard with: import OttuCardsModule.forRoot()${name} in ` +
    'imports, or make it isGlobal in the root module'
  );
}

function isOptions(options: unknown): options is OttuWebhooksOptions {
  return isRecord(options);
}
