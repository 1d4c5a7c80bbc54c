import { tracingChannel } from 'node:diagnostics_channel';

const oneOf =
  (...values) =>
  (value) =>
    values.includes(value);
const optional = (rule) => (value) => value === undefined || rule(value);
const matches = (pattern) => (value) => typeof value === 'string' && pattern.test(value);
const count = (value) => Number.isInteger(value) && value >= 0;

/** All that a context may hold, with the values it may have: nothing of a key, a card or a customer fits in. */
const CONTEXTS = {
  'nestjs-ottu-cards:call': {
    operation: oneOf('list', 'find', 'delete'),
    merchant: optional(matches(/^[a-z][a-z ]{0,20}$/)),
    env: oneOf('sandbox', 'production'),
    route: oneOf('/b/pbl/v2/card/', '/b/pbl/v2/card/{token}/'),
    attempts: count,
    status: optional((value) => Number.isInteger(value) && value >= 100 && value <= 599),
    error: optional(matches(/^(Ottu[A-Z][A-Za-z]{2,20}Error|AbortError)$/)),
    source: oneOf('ottu', 'cache', 'shared'),
    durationMs: (value) => typeof value === 'number' && value >= 0,
  },
  'nestjs-ottu-cards:webhook': {
    scheme: oneOf('standard', 'subscription'),
    result: optional(oneOf('success', 'failed', 'pending', 'canceled', 'error', 'cod', 'other')),
    method: oneOf('onPayment', 'onSavedCard'),
    outcome: optional(oneOf('handled', 'failed', 'hanging', 'shutdown')),
    attempts: count,
  },
};

/** What is wrong with a context of this channel, without its value; `undefined` when all is well. */
export function problemOf(channel, context) {
  const rules = CONTEXTS[channel];
  const wrong = [...new Set([...Object.keys(rules), ...Reflect.ownKeys(context)])].filter(
    (name) => !(Object.hasOwn(rules, name) && rules[name](context[name])),
  );
  return wrong.length === 0 ? undefined : `A context of ${channel} must not hold this: ${wrong.map(String).join(', ')}`;
}

/** Has each context that is published checked. @returns a function that stops it */
export function checkContexts(onProblem) {
  const stops = Object.keys(CONTEXTS).map((name) => {
    const check = (context) => {
      const problem = problemOf(name, context);
      if (problem) onProblem(new Error(problem));
    };
    const channel = tracingChannel(name);
    const subscribers = { start: check, end: check, error: check, asyncStart: check, asyncEnd: check };
    channel.subscribe(subscribers);
    return () => channel.unsubscribe(subscribers);
  });
  return () => stops.forEach((stop) => stop());
}
