import { CANARIES, channelsOf, leaksIn, leaksOf } from './leaks.js';
import { captureOutput } from './output.js';

/** Each way to plant a text in an error, with the channels that must report it. */
const PLANTS: [where: string, plant: (text: string) => unknown, channels: string[]][] = [
  [
    'message',
    (text) => new Error(text),
    ['message', 'stack', 'Nest text logger', 'Nest JSON logger', 'pino serializer'],
  ],
  ['stack', (text) => Object.assign(new Error('x'), { stack: text }), ['stack', 'inspect', 'Nest text logger']],
  ['cause', (text) => new Error('x', { cause: new Error(text) }), ['message', 'inspect', 'pino serializer']],
  ['own member', (text) => Object.assign(new Error('x'), { config: { text } }), ['json', 'inspect', 'pino serializer']],
  ['toJSON', (text) => Object.assign(new Error('x'), { toJSON: () => text }), ['json']],
  [
    'hidden member',
    (text) => Object.defineProperty(new Error('x'), 'hidden', { value: text, enumerable: false }),
    ['inspect', 'own members'],
  ],
];

const ENCODINGS: [name: string, encode: (text: string) => string][] = [
  ['text', (text) => text],
  ['base64', (text) => Buffer.from(`xy${text}z`).toString('base64')],
  ['hex', (text) => Buffer.from(text).toString('hex')],
  ['percent-encoded', encodeURIComponent],
];

describe.each(Object.entries(CANARIES))('a planted %s', (name, canary) => {
  describe.each(PLANTS)('in %s', (_where, plant, channels) => {
    it.each(ENCODINGS)('is found as %s', async (form, encode) => {
      const leaks = await leaksOf(plant(encode(canary)));
      for (const channel of channels) {
        expect(leaks).toContainEqual(expect.stringMatching(new RegExp(`^${channel}: ${name} as ${form}`)));
      }
    });
  });

  it('is found on stdout and stderr', async () => {
    const output = await captureOutput(() => process.stdout.write(canary) && process.stderr.write(canary));
    expect(output).toBe(canary + canary);
    expect(leaksIn({ output })).toContain(`output: ${name} as text`);
  });
});

it('finds nothing in an innocent error', async () => {
  const channels = await channelsOf(new Error('Ottu refused DELETE /b/pbl/v2/card/{token}/ with 404: Not found.'));
  expect(leaksIn(channels)).toEqual([]);
});
