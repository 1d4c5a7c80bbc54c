import { CANARIES } from './leaks.js';
import { problemOf } from './traced-contexts.mjs';

const CALL = {
  operation: 'delete',
  merchant: 'kuwait',
  env: 'production',
  route: '/b/pbl/v2/card/{token}/',
  attempts: 2,
  status: 503,
  error: 'OttuDeleteUnknownError',
  source: 'ottu',
  durationMs: 12.5,
};
const WEBHOOK = { scheme: 'standard', result: 'success', method: 'onPayment', outcome: 'handled', attempts: 1 };

describe.each([
  ['nestjs-ottu-cards:call', CALL],
  ['nestjs-ottu-cards:webhook', WEBHOOK],
])('the check of %s', (channel, context) => {
  it('finds nothing in an innocent context', () => {
    expect(problemOf(channel, context)).toBeUndefined();
  });

  it.each(Object.entries(CANARIES))('finds a planted %s in every member, and in one of its own', (_, canary) => {
    for (const name of [...Object.keys(context), 'result', 'token', '__proto__x']) {
      expect(problemOf(channel, { ...context, [name]: canary })).toMatch(new RegExp(`: ${name}$`));
      expect(problemOf(channel, { ...context, [name]: { canary } })).toMatch(new RegExp(`: ${name}$`));
    }
  });
});
