import { parseArgs } from 'node:util';
import { type FakeDelivery, FakeOttu, type FakeWebhook } from '../testing/index.js';

export const FAKE_USAGE = `Usage: npx nestjs-ottu-cards fake [options]

Starts a fake Ottu on this machine, with six sample cards of one customer.

  --port <number>      where it listens; 0 takes any free port (default: 4010)
  --customer <id>      whose cards they are (default: customer-1)
  --webhook <address>  where webhooks go, for example http://127.0.0.1:3000/webhooks/ottu
  --hmac-key <key>     what webhooks are signed with (default: obviously-false-hmac-key)
  --help               shows this text`;

export interface FakeCommandOptions {
  readonly port: number;
  readonly customerId: string;
  readonly webhookUrl: string | undefined;
  readonly hmacKey: string;
  readonly help: boolean;
}

/** A fake that runs until it is stopped, and what to show on the terminal. */
export interface FakeSession {
  readonly greeting: string;
  /** What became of a line that was typed. */
  onLine(line: string): Promise<string>;
  stop(): Promise<void>;
}

/** Reads the command line; says what is wrong with it. */
export function fakeOptions(args: readonly string[]): FakeCommandOptions | { readonly problem: string } {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        port: { type: 'string', default: '4010' },
        customer: { type: 'string', default: 'customer-1' },
        webhook: { type: 'string' },
        'hmac-key': { type: 'string', default: 'obviously-false-hmac-key' },
        help: { type: 'boolean', default: false },
      },
    });
    const { port, customer, webhook, 'hmac-key': hmacKey, help } = values;
    if (!/^\d{1,5}$/.test(port) || Number(port) > 65_535) return { problem: '--port must be a number up to 65535.' };
    if (customer.trim() === '') return { problem: '--customer must not be empty.' };
    if (hmacKey.trim() === '') return { problem: '--hmac-key must not be empty.' };
    if (webhook !== undefined && !isHttpAddress(webhook))
      return { problem: '--webhook must be an address such as http://127.0.0.1:3000/webhooks/ottu.' };
    return { port: Number(port), customerId: customer, webhookUrl: webhook, hmacKey, help };
  } catch (error) {
    const [firstSentence = ''] = error instanceof Error ? error.message.split('. ') : [];
    return { problem: firstSentence };
  }
}

export async function startFake(options: FakeCommandOptions): Promise<FakeSession> {
  const { port, customerId, webhookUrl, hmacKey } = options;
  const fake = await FakeOttu.start({ port }).catch((error: unknown) => {
    throw isTaken(error) ? new Error(`Port ${port} is in use: choose another one with --port.`) : error;
  });
  const count = fake.saveSamples(customerId).length;
  let last: FakeWebhook | undefined;
  return {
    greeting: greeting(fake, count, options),
    async onLine(line) {
      if (webhookUrl === undefined) return 'Nowhere to send a webhook: start with --webhook <address>.';
      if (line.trim() === '') {
        const { webhook, deliveries } = await fake.pay({ customerId, webhookUrl, hmacKey });
        last = webhook;
        return `Paid as ${customerId} and saved a card. ${reportOf(deliveries.at(-1), webhookUrl)}`;
      }
      if (line.trim() !== 'r') return 'Press Enter to pay, or type r and Enter to send the last webhook again.';
      if (last === undefined) return 'Nothing was sent yet: press Enter to pay.';
      return `The same webhook again. ${reportOf(await post(last, webhookUrl), webhookUrl)}`;
    },
    stop: () => fake.stop(),
  };
}

/** Posts a webhook as it was, as Ottu does after a timeout. */
async function post(webhook: FakeWebhook, webhookUrl: string): Promise<FakeDelivery> {
  return fetch(webhookUrl, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(webhook),
    redirect: 'manual',
    signal: AbortSignal.timeout(15_000),
  }).then(
    ({ status }): FakeDelivery => ({ outcome: 'answered', status }),
    (): FakeDelivery => ({ outcome: 'unreachable' }),
  );
}

function reportOf(delivery: FakeDelivery | undefined, webhookUrl: string): string {
  switch (delivery?.outcome) {
    case 'answered':
      return `The webhook was answered with ${delivery.status}.${remedyFor(delivery.status)}`;
    case 'timeout':
      return 'The webhook was not answered within 15 seconds.';
    case 'unreachable':
    case undefined:
      return `The webhook did not arrive: does your application listen at ${webhookUrl}?`;
  }
}

function remedyFor(status: number | undefined): string {
  if (status === 401 || status === 403) return ' Has your application the same HMAC key?';
  if (status === 404) return ' Is the path the one of OttuWebhooksModule.forRoot()?';
  return '';
}

function greeting(fake: FakeOttu, count: number, { customerId, webhookUrl, hmacKey }: FakeCommandOptions): string {
  const lines = [
    `A fake Ottu listens on ${fake.url}. ${customerId} has ${count} saved cards.`,
    '',
    'Put this into .env:',
    '',
    `OTTU_API_KEY=${fake.apiKey}`,
    'OTTU_ENV=sandbox',
    `OTTU_BASE_URL=${fake.url}`,
    ...(webhookUrl === undefined ? [] : [`OTTU_HMAC_KEY=${hmacKey}`]),
    '',
    "In the options of OttuCardsModule, write env: 'sandbox' and baseUrl: config.getOrThrow('OTTU_BASE_URL'),",
    'and leave out merchantId.',
    '',
    ...(webhookUrl === undefined
      ? []
      : [
          `Press Enter to pay: a card is saved, and the signed webhook goes to ${webhookUrl}. Type r to send it again.`,
        ]),
    'Press Ctrl+C to stop.',
  ];
  return lines.join('\n');
}

function isHttpAddress(value: string): boolean {
  return URL.canParse(value) && /^https?:$/.test(new URL(value).protocol);
}

function isTaken(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'EADDRINUSE';
}
