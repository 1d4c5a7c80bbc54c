import { inspect } from 'node:util';
import { ConsoleLogger } from '@nestjs/common';
import { pino } from 'pino';
import { captureOutput } from './output.js';

/** Obviously false values that must never be seen outside the call they belong to. */
export const CANARIES = {
  apiKey: 'c4naryk3.CANARYCANARYCANARYCANARYCANARY99',
  hmacKey: 'canary-hmac-key-must-stay-inside',
  token: '9999888877776666',
  customerId: 'canary customer & ك',
  nameOnCard: 'CANARY CARD HOLDER',
  cardNumber: '4999 0000 0000 0019',
} as const;

/** Everything that may be done with an error on its way to somebody's eyes, by name. */
export async function channelsOf(error: unknown): Promise<Record<string, string>> {
  return {
    ...textsOf(error),
    'Nest text logger': await captureOutput(() => new ConsoleLogger({ colors: false }).error(error)),
    'Nest JSON logger': await captureOutput(() => new ConsoleLogger({ json: true, colors: false }).error(error)),
  };
}

/** Those channels that write nothing, so that many errors may be looked at side by side. */
export function textsOf(error: unknown): Record<string, string> {
  const causes = causeChain(error);
  return {
    message: causes.map((cause) => (cause instanceof Error ? cause.message : String(cause))).join('\n'),
    stack: causes.map((cause) => (cause instanceof Error ? cause.stack : '')).join('\n'),
    json: causes.map((cause) => JSON.stringify(cause)).join('\n'),
    inspect: inspect(error, { showHidden: true, depth: Infinity, getters: true, maxStringLength: null }),
    'own members': causes.map((cause) => inspect(ownMembers(cause), { depth: Infinity })).join('\n'),
    'pino serializer': error instanceof Error ? inspect(pino.stdSerializers.err(error), { depth: Infinity }) : '',
  };
}

/** Which canaries stand in which text, in whatever form: `"stack: token as base64"`. Empty when all is well. */
export function leaksIn(
  texts: Readonly<Record<string, string>>,
  canaries: Readonly<Record<string, string>> = CANARIES,
): string[] {
  const leaks: string[] = [];
  for (const [channel, text] of Object.entries(texts)) {
    const haystack = text.toLowerCase();
    for (const [name, canary] of Object.entries(canaries)) {
      for (const [form, needle] of formsOf(canary)) {
        if (haystack.includes(needle.toLowerCase())) leaks.push(`${channel}: ${name} as ${form}`);
      }
    }
  }
  return leaks;
}

/** The leaks of one error through every channel. */
export async function leaksOf(error: unknown, canaries?: Readonly<Record<string, string>>): Promise<string[]> {
  return leaksIn(await channelsOf(error), canaries);
}

function formsOf(canary: string): [form: string, needle: string][] {
  const bytes = Buffer.from(canary);
  const percent = [...bytes].map((byte) => `%${byte.toString(16).padStart(2, '0')}`).join('');
  const forms: [string, string][] = [
    ['text', canary],
    ['JSON', JSON.stringify(canary).slice(1, -1)],
    ['hex', bytes.toString('hex')],
    ['percent-encoded', encodeURIComponent(canary)],
    ['percent-encoded throughout', percent],
    ['form-encoded', new URLSearchParams([['', canary]]).toString().slice(1)],
    ...[0, 1, 2].map((offset): [string, string] => ['base64', base64Core(bytes, offset)]),
  ];
  return forms;
}

/** The part of a base64 text that the canary alone decides when it stands `offset` bytes after a three-byte border. */
function base64Core(bytes: Buffer, offset: number): string {
  const padded = Buffer.concat([Buffer.alloc(offset), bytes]);
  return padded
    .subarray(0, padded.length - (padded.length % 3))
    .toString('base64')
    .slice(offset === 0 ? 0 : 4);
}

function causeChain(error: unknown): unknown[] {
  const chain: unknown[] = [];
  for (let link = error; link !== undefined && !chain.includes(link);) {
    chain.push(link);
    link = link instanceof Error ? link.cause : undefined;
  }
  return chain;
}

function ownMembers(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Reflect.ownKeys(value).map((key) => [String(key), Reflect.get(value, key)]));
}
