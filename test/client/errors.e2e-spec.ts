import { OttuCardsModule, OttuError, UserCardsService } from 'nestjs-ottu-cards';
import type { FakeOttu } from 'nestjs-ottu-cards/testing';
import { closeAll, startContext, startFake } from '../support/application.js';
import { CANARIES } from '../support/leaks.js';

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

it.each([
  ['list', 401, list, `Ottu refused ${LIST} with 401: Said by Ottu. ${CHECK_KEY}`],
  ['list', 403, list, `Ottu refused ${LIST} with 403: Said by Ottu. ${WRONG_HOST} ${CHECK_SCOPE}`],
  ['list', 404, list, `Ottu refused ${LIST} with 404: Said by Ottu. ${WRONG_HOST}`],
  ['list', 405, list, `Ottu refused ${LIST} with 405: Said by Ottu. ${WRONG_HOST}`],
  ['list', 500, list, `Ottu could not serve ${LIST}: it answered 500. Said by Ottu.`],
  ['delete', 403, remove, `Ottu refused ${DELETE} with 403: Said by Ottu. ${CHECK_SCOPE}`],
  ['delete', 404, remove, `Ottu refused ${DELETE} with 404: Said by Ottu.`],
  [
    'delete',
    500,
    remove,
    `It is not known whether ${DELETE} deleted the card: no clear answer came. List the customer's cards to see.`,
  ],
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
});
