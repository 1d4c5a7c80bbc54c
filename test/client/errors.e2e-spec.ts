import { OttuCardsModule, OttuError, UserCardsService } from 'nestjs-ottu-cards';
import { FakeOttu } from 'nestjs-ottu-cards/testing';
import { closeAll, startContext, startFake } from '../support/application.js';
import { CANARIES, leaksOf } from '../support/leaks.js';

let fake: FakeOttu;
let cards: UserCardsService;

beforeEach(async () => {
  fake = await startFake();
  const options = { ...fake.options, apiKey: CANARIES.apiKey, timeoutMs: 400, maxRetries: 0 };
  cards = (await startContext({ imports: [OttuCardsModule.forRoot(options)] })).get(UserCardsService);
});
afterEach(closeAll);

const { customerId, token } = CANARIES;
const list = () => cards.list({ customerId });
const remove = () => cards.delete({ customerId, token });
const caught = (call: Promise<unknown>) =>
  call.then(
    () => undefined,
    (error: unknown) => error,
  );

const LIST = 'POST /b/pbl/v2/card/';
const DELETE = 'DELETE /b/pbl/v2/card/{token}/';
const WRONG_HOST = 'Is merchantId the host of your Ottu account? Ottu does not offer User Cards in KSA.';
const CHECK_KEY = "Check apiKey: it must be this host's private key.";
const CHECK_SCOPE = "Check that the key may view and delete cards, and Ottu's IP allow-list.";

describe.each<[status: number, listing: string, deleting: string]>([
  [301, 'OttuBadResponseError', 'OttuBadResponseError'],
  [400, 'OttuRefusedError', 'OttuRefusedError'],
  [401, 'OttuAuthError', 'OttuAuthError'],
  [403, 'OttuAuthError', 'OttuAuthError'],
  [404, 'OttuRefusedError', 'OttuNotFoundError'],
  [405, 'OttuRefusedError', 'OttuRefusedError'],
  [409, 'OttuRefusedError', 'OttuRefusedError'],
  [415, 'OttuRefusedError', 'OttuRefusedError'],
  [422, 'OttuRefusedError', 'OttuRefusedError'],
  [429, 'OttuRateLimitError', 'OttuRateLimitError'],
  [500, 'OttuUnavailableError', 'OttuDeleteUnknownError'],
  [502, 'OttuUnavailableError', 'OttuDeleteUnknownError'],
  [503, 'OttuUnavailableError', 'OttuDeleteUnknownError'],
])('an answer of %i', (status, listing, deleting) => {
  it.each([
    ['list', list, listing],
    ['delete', remove, deleting],
  ])('fails a %s with its own class, status and detail, and no secret', async (_name, call, name) => {
    const echo = `No ${customerId} nor ${token} with ${encodeURIComponent(customerId)}, key ${CANARIES.apiKey}.`;
    fake.always({ status, headers: { location: 'http://127.0.0.1:9/' }, body: { detail: echo } });
    const error = await caught(call());

    expect(OttuError.is(error) && { name: error.name, status: error.status, attempts: error.attempts }).toEqual({
      name,
      status,
      attempts: 1,
    });
    await expect(leaksOf(error)).resolves.toEqual([]);
    expect(fake.received).toHaveLength(1);
  });
});

it.each([
  ['list', 401, list, `Ottu refused ${LIST} with 401: Said by Ottu. ${CHECK_KEY}`],
  ['list', 403, list, `Ottu refused ${LIST} with 403: Said by Ottu. ${WRONG_HOST} ${CHECK_SCOPE}`],
  ['list', 404, list, `Ottu refused ${LIST} with 404: Said by Ottu. ${WRONG_HOST}`],
  ['list', 405, list, `Ottu refused ${LIST} with 405: Said by Ottu. ${WRONG_HOST}`],
  ['list', 500, list, `Ottu could not serve ${LIST}: it answered 500. Said by Ottu.`],
  ['delete', 403, remove, `Ottu refused ${DELETE} with 403: Said by Ottu. ${CHECK_SCOPE}`],
  ['delete', 404, remove, `Ottu refused ${DELETE} with 404: Said by Ottu.`],
])('tells what to do when a %s is answered %i', async (_name, status, call, message) => {
  fake.always({ status, body: { detail: 'Said by Ottu.' } });
  await expect(call()).rejects.toThrow(expect.objectContaining({ message }));
});

describe('what Ottu says', () => {
  const long = 'x'.repeat(300);

  it.each<[what: string, body: unknown, detail: string | undefined, fields: unknown]>([
    ['detail', { detail: 'No.' }, 'No.', undefined],
    ['detail and code', { detail: 'No.', code: 'throttled' }, 'No.', undefined],
    ['field errors', { pg_codes: ['A', 'B'] }, undefined, { pg_codes: ['A', 'B'] }],
    ['one text for a field', { pg_codes: 'A' }, undefined, { pg_codes: ['A'] }],
    ['nested field errors', { a: { b: ['C'] }, d: [{ e: ['F'] }] }, undefined, { 'a.b': ['C'], 'd.0.e': ['F'] }],
    ['errors of no field', { non_field_errors: ['A'] }, undefined, { non_field_errors: ['A'] }],
    ['an error object', { error: { type: 't', code: 'c', message: 'M', field: 'f' } }, 'M', { f: ['M'] }],
    ['an error text', { error: 'Bad Gateway' }, 'Bad Gateway', undefined],
    ['a list of messages', ['A', 'B'], 'A B', undefined],
    ['a card number in two messages', ['No 411111', '1111111111'], 'No [cut]', undefined],
    ['a web page', '<html>secret</html>', undefined, undefined],
    ['plain text', 'secret', undefined, undefined],
    ['nothing', undefined, undefined, undefined],
    ['an endless message', { detail: long }, `${'x'.repeat(199)}…`, undefined],
    ['line breaks', { detail: 'A\r\nB' }, 'A B', undefined],
    ['a poisoned key', '{"__proto__":["A"],"b":["C"]}', undefined, { b: ['C'] }],
    [
      'a card number',
      { detail: 'Card 4111 1111 1111 1111 or 4111111111111111 refused' },
      'Card [cut] or [cut] refused',
      undefined,
    ],
  ])('is read from %s', async (_what, body, detail, fields) => {
    fake.always({ status: 422, body });
    const error = await caught(list());
    expect(OttuError.is(error) && [error.detail, error.fieldErrors]).toEqual([detail, fields]);
  });

  it('is cut to 50 fields of 10 messages', async () => {
    const many = Object.fromEntries(
      Array.from({ length: 60 }, (_, i) => [`f${i}`, Array.from({ length: 20 }, () => 'A')]),
    );
    fake.always({ status: 400, body: many });
    const error = await caught(list());

    const fields = Object.values((OttuError.is(error) && error.fieldErrors) || {});
    expect(fields.map((messages) => messages.length)).toEqual(Array.from({ length: 50 }, () => 10));
  });
});

describe('without an answer', () => {
  it.each([
    ['list', list, 'OttuTimeoutError', `No answer from Ottu for ${LIST} within 400 ms (timeoutMs).`],
    [
      'delete',
      remove,
      'OttuDeleteUnknownError',
      `It is not known whether ${DELETE} deleted the card: no clear answer came. List the customer's cards to see.`,
    ],
  ])('a %s ends at its deadline', async (_name, call, name, message) => {
    fake.always({ delayMs: 60_000 });
    const started = performance.now();
    const error = await caught(call());

    expect(OttuError.is(error) && [error.name, error.message]).toEqual([name, message]);
    expect(performance.now() - started).toBeLessThan(400 + 500);
    await expect(leaksOf(error)).resolves.toEqual([]);
  });

  it('an aborted call rejects with the reason of the signal', async () => {
    fake.always({ delayMs: 60_000 });
    const reason = new Error('the customer went away');
    const controller = new AbortController();
    const call = caught(cards.list({ customerId }, { signal: controller.signal }));
    controller.abort(reason);
    await expect(call).resolves.toBe(reason);
  });

  it('a stopped server is named as such, and a delete is certain to have done nothing', async () => {
    await fake.stop();
    const errors = await Promise.all([caught(list()), caught(remove())]);

    expect(errors.map((error) => OttuError.is(error) && [error.name, error.retryable])).toEqual([
      ['OttuUnavailableError', true],
      ['OttuUnavailableError', true],
    ]);
    expect(String(errors[0])).toContain(`No connection to Ottu for ${LIST} (ECONNREFUSED). Check the network`);
    await expect(leaksOf(errors[0])).resolves.toEqual([]);
  });
});

describe('an answer that is too much', () => {
  it('is cut at 1 MiB', async () => {
    fake.next({ status: 200, body: `[${' '.repeat(2 ** 20)}]` });
    await expect(list()).rejects.toThrow('is not trusted: it is larger than 1 MiB.');
  });

  it('is refused in an encoding nobody asked for', async () => {
    fake.next({ status: 200, headers: { 'content-encoding': 'gzip' }, body: '[]' });
    await expect(list()).rejects.toThrow('is not trusted: it is encoded, which nobody asked for.');
  });

  it('is refused as a web page', async () => {
    fake.next({ status: 200, body: '<html></html>' });
    await expect(list()).rejects.toThrow('is not trusted: it is a web page, not JSON.');
  });
});
