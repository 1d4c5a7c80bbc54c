import { configProblems } from '../errors/config-problems.js';
import { hmacKeyProblem } from './hmac-key.js';
import type { GivenExtras, OttuWebhooksExtras, OttuWebhooksOptions } from './ottu-webhooks.options.js';

/** The sentence that completes "`<option>` …" when its value cannot work; never the value. */
type OptionRule = (value: unknown) => string | undefined;

const OPTION_RULES: Readonly<Record<keyof OttuWebhooksOptions, OptionRule>> = {
  hmacKey: hmacKeyProblem,
  store: (value) =>
    value === undefined || ['get', 'set', 'delete'].every((name) => hasMethod(value, name))
      ? undefined
      : 'must have get, set and delete: a Keyv has',
  onUndelivered: (value) => (value === undefined || typeof value === 'function' ? undefined : 'must be a function'),
};

const EXTRA_RULES: Readonly<Record<keyof OttuWebhooksExtras, OptionRule>> = {
  path: (value) =>
    typeof value === 'string' && /[^/\s]/.test(value) ? undefined : "must be a route, such as 'webhooks/ottu'",
  handler: (value) =>
    hasMethod(value, 'onCardSaved') ? undefined : 'must be a class with a method onCardSaved(event)',
  cards: (value) =>
    value === undefined || (typeof value === 'string' && value !== '')
      ? undefined
      : 'must be the name of an OttuCardsModule',
  imports: () => undefined, // Nest speaks for itself
  decorators: (value) =>
    value === undefined || (Array.isArray(value) && value.every((it) => typeof it === 'function'))
      ? undefined
      : 'must be a list of class decorators: call them, as in Public()',
};

/** What the module was given, before anything of it is trusted. */
export interface GivenOptions {
  readonly options: unknown;
  readonly extras: GivenExtras;
  /** What was made of the handler's class. */
  readonly handler: unknown;
  /** Whether a `UserCardsService` was found. */
  readonly hasCards: boolean;
}

/** @throws OttuConfigError which tells all problems at once, each with its remedy and without the value */
export function checkWebhooksOptions({ options, extras, handler, hasCards }: GivenOptions): OttuWebhooksOptions {
  const problems = [
    ...problemsOf({ ...extras, handler }, EXTRA_RULES),
    ...(isOptions(options) ? optionsProblems(options) : ['the options must be an object']),
    ...(hasCards ? [] : [missingCards(extras)]),
  ];
  if (problems.length === 0 && isOptions(options)) return options;
  throw configProblems('OttuWebhooksModule.forRoot()', problems);
}

function optionsProblems(options: object): string[] {
  const unknown = Object.keys(options).filter((name) => !Object.hasOwn(OPTION_RULES, name));
  return [...problemsOf(options, OPTION_RULES), ...unknown.map(unknownProblem)];
}

function problemsOf(values: object, rules: Readonly<Record<string, OptionRule>>): string[] {
  const given = new Map<string, unknown>(Object.entries(values));
  return Object.entries(rules).flatMap(([name, rule]) => {
    const problem = rule(given.get(name));
    return problem === undefined ? [] : [`${name} ${problem}`];
  });
}

function unknownProblem(name: string): string {
  if (Object.hasOwn(EXTRA_RULES, name)) return `${name} cannot come from a factory: write it beside useFactory`;
  const known = Object.keys(OPTION_RULES).find((option) => option.toLowerCase() === name.toLowerCase());
  return `${JSON.stringify(name.slice(0, 40))} is not an option${known ? `: write ${known}` : ''}`;
}

function missingCards(extras: GivenExtras): string {
  const name = typeof extras.cards === 'string' ? ` with name: ${JSON.stringify(extras.cards.slice(0, 40))}` : '';
  return (
    `no UserCardsService to confirm cards with: import OttuCardsModule.forRoot()${name} in imports, ` +
    'or make it isGlobal in the root module'
  );
}

function isOptions(options: unknown): options is OttuWebhooksOptions {
  return typeof options === 'object' && options !== null;
}

function hasMethod(value: unknown, name: string): boolean {
  return typeof value === 'object' && value !== null && typeof Reflect.get(value, name) === 'function';
}
