import { leaksOf } from '../support/leaks.js';
import { answer, CARD } from './replies.js';
import { useRawServer } from './setup.js';
import { type Shop, startShop } from './shop.js';

/** As large as an answer may be. */
const LIMIT = 1024 * 1024;
const BEYOND_PARSING_MS = 50;
const IN_ALL_MS = 250;
/** The best of some tries counts: the machine may be busy with something else. */
const TRIES = 5;

const server = useRawServer();
let shop: Shop;

beforeEach(async () => {
  shop = await startShop(server.url, { maxRetries: 0 });
});

/** `start`, as many items as fit into an answer, `end`. */
function filled(start: string, item: (index: number) => string, end: string): string {
  const items: string[] = [];
  let length = Buffer.byteLength(start + end);
  for (let index = 0; ; index += 1) {
    const next = (index === 0 ? '' : ',') + item(index);
    length += Buffer.byteLength(next);
    if (length > LIMIT) return start + items.join('') + end;
    items.push(next);
  }
}

/** `{"detail":"…"}` of one text over and over. */
function detailOf(text: string): string {
  const json = JSON.stringify(text).slice(1, -1);
  return `{"detail":"${json.repeat(Math.floor((LIMIT - 20) / Buffer.byteLength(json)))}"}`;
}

/** Ten of them, as many as are read of a field. */
const messages = (text: string): string => Array.from({ length: 10 }, () => JSON.stringify(text)).join(',');

const longName = 'n'.repeat(LIMIT / 2);
const cardWith = (fields: object): string => JSON.stringify([{ ...CARD, ...fields }]);
const long = (text: string): string =>
  text.repeat(Math.floor((LIMIT - 1_000) / Buffer.byteLength(JSON.stringify(text))));

const REFUSALS: readonly [name: string, body: string][] = [
  ['a long name with many children', filled(`{"${longName}":{`, (n) => `"${n}":"x"`, '}}')],
  ['a long name in many levels', filled(`{"${longName}":[`, (n) => `{"${n}":["x"]}`, ']}')],
  ['many fields', filled('{', (n) => `"${n.toString(36)}":1`, '}')],
  ['many fields with messages', filled('{', (n) => `"${n.toString(36)}":"x"`, '}')],
  ['many fields with a long message', filled('{', (n) => `"${n}":"${'%41'.repeat(500)}"`, '}')],
  ['many fields of one name once they are cut', filled('{', (n) => `"${'n'.repeat(300)}${n}":"x"`, '}')],
  ['a list of many messages', filled('[', () => '"x"', ']')],
  ['a list of many empty messages', filled('[', () => '""', ']')],
  ['a list of many numbers', filled('{"a":[', () => '1', ']}')],
  ['many lists', filled('{"a":[', () => '["x"]', ']}')],
  ['deep lists', `{"a":${'['.repeat(LIMIT / 2 - 10)}${']'.repeat(LIMIT / 2 - 10)}}`],
  ['deep objects', `${'{"a":'.repeat(LIMIT / 6 - 2)}1${'}'.repeat(LIMIT / 6 - 2)}`],
  ['many messages of nothing', filled('{', (n) => `"${n.toString(36)}":[${messages('&amp;#32;')}]`, '}')],
  ['many messages of encoded percent signs', filled('{', (n) => `"${n}":[${messages(`%${'25'.repeat(900)}`)}]`, '}')],
  ['many messages of backslashes', filled('{', (n) => `"${n}":[${messages('\\'.repeat(950))}]`, '}')],
  ['many messages of escapes', filled('{', (n) => `"${n}":[${messages(String.raw`\x41 `.repeat(200))}]`, '}')],
  [
    'many messages of letters that become eighteen',
    filled('{', (n) => `"${n}":[${messages('\u{fdfa}'.repeat(200))}]`, '}'),
  ],
  ['letters', detailOf('x')],
  ['percent signs', detailOf('%')],
  ['encoded percent signs', detailOf('%25')],
  ['encoded letters', detailOf('%41')],
  ['backslashes', detailOf('\\')],
  ['escapes of JSON', detailOf('\\u0041')],
  ['escapes of Python', detailOf('\\x41')],
  ['entities', detailOf('&#65;')],
  ['ampersands', detailOf('&amp;')],
  ['digits', detailOf('12345678901 ')],
  ['base64', detailOf(Buffer.from('Api-Key').toString('base64'))],
  ['lines of base64', detailOf(`${'QUJD'.repeat(19)}\n`)],
  ['line breaks', detailOf('\r\n')],
  ['zero-width spaces', detailOf('\u{200b}')],
  ['accents', detailOf('a\u{0301}\u{0323}\u{0316}')],
  ['a letter that becomes eighteen', detailOf('\u{fdfa}')],
  ['half characters', `{"detail":"${String.raw`\ud800`.repeat(LIMIT / 6 - 3)}"}`],
  ['white space', `${' '.repeat(LIMIT - 2)}{}`],
  ['a cut JSON', `["${'x'.repeat(LIMIT - 10)}`],
];

const LISTS: readonly [name: string, body: string][] = [
  ['a number of digits', cardWith({ number: long('1') })],
  ['a number of stars', cardWith({ number: long('*') })],
  ['a number of ten digits and stars', cardWith({ number: `1234567890${long('*')}` })],
  ['a number of digits of Unicode', cardWith({ number: long('\u{1d7d8}') })],
  ['a year of digits', cardWith({ expiry_year: long('9'), will_expire_soon: undefined })],
  ['a long token', cardWith({ token: long('t') })],
  ['a long name', cardWith({ name_on_card: long('ك') })],
  ['many agreements', filled(JSON.stringify([CARD]).replace('"agreements":[]}]', '"agreements":['), () => '""', ']}]')],
  ['many unknown fields', filled(`[{`, (n) => `"${n.toString(36)}":1`, `,${JSON.stringify(CARD).slice(1)}]`)],
  [
    '500 cards',
    `[${Array.from({ length: 500 }, () => JSON.stringify({ ...CARD, number: '1'.repeat(1_700) })).join(',')}]`,
  ],
  ['many cards', filled('[', () => '{}', ']')],
  ['white space and a tag', `${' '.repeat(LIMIT - 10)}<`],
  ['many tags', '<'.repeat(LIMIT)],
];

const ROWS = [
  ...REFUSALS.map(([name, body]) => ({ status: 400, name, body })),
  ...LISTS.map(([name, body]) => ({ status: 200, name, body })),
];

describe('an answer of 1 MiB blocks the event loop little longer than its parsing', () => {
  it.each(ROWS)('$status with $name', async ({ status, body }) => {
    expect(Buffer.byteLength(body)).toBeLessThanOrEqual(LIMIT);
    const parsingMs = Math.min(...Array.from({ length: 3 }, () => parsingTime(body)));
    server.answer(answer(status, body));
    let bestMs = Infinity;
    for (let attempt = 0; attempt < TRIES; attempt += 1) {
      const { blockedMs, result } = await whileMeasured(() => shop.call('list'));
      bestMs = Math.min(bestMs, blockedMs);
      if (result.result instanceof Error) expect(await leaksOf(result.result)).toEqual([]);
      if (bestMs < Math.min(parsingMs + BEYOND_PARSING_MS, IN_ALL_MS)) break;
    }
    expect(bestMs - parsingMs).toBeLessThan(BEYOND_PARSING_MS);
    expect(bestMs).toBeLessThan(IN_ALL_MS);
  });
});

function parsingTime(body: string): number {
  const start = performance.now();
  try {
    JSON.parse(body);
  } catch {
    // some bodies are not JSON
  }
  return performance.now() - start;
}

/**
 * The longest time for which nothing else could run. Never more than the processor time of the whole process: what goes
 * beyond it, other processes of a busy machine have had.
 */
async function whileMeasured<T>(work: () => Promise<T>): Promise<{ blockedMs: number; result: T }> {
  const before = process.cpuUsage();
  let blockedMs = 0;
  let last = performance.now();
  let isRunning = true;
  const tick = (): void => {
    const now = performance.now();
    blockedMs = Math.max(blockedMs, now - last);
    last = now;
    if (isRunning) setImmediate(tick);
  };
  setImmediate(tick);
  const result = await work();
  isRunning = false;
  tick();
  const { user, system } = process.cpuUsage(before);
  return { blockedMs: Math.min(blockedMs, (user + system) / 1_000), result };
}
