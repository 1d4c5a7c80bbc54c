import { OttuError } from '../errors/ottu.error.js';
import type { UndeliveredReason, WebhookMethod } from './webhook-events.js';

/**
 * Why an attempt to handle an event failed. Its message and its stack may be logged and kept in a queue: they hold the
 * class of the original error and its stack frames, never its message.
 */
export class AttemptFailure extends Error {
  /** What was thrown; for `onUndelivered` alone. Not enumerable: it may hold anything. */
  declare readonly original: unknown;

  constructor(
    readonly method: WebhookMethod,
    readonly reason: UndeliveredReason,
    original?: unknown,
  ) {
    super(`${method} ${WHAT_HAPPENED[reason]}${original === undefined ? '' : ` with ${described(original)}`}`);
    Object.defineProperty(this, 'original', { value: original });
    this.stack = [`${this.name}: ${this.message}`, ...framesOf(original)].join('\n');
  }

  override get name(): string {
    return 'AttemptFailure';
  }

  /** Whether another attempt makes no sense: the last one may still be at work. */
  get isFinal(): boolean {
    return this.reason === 'hanging' || this.reason === 'shutdown';
  }

  /** What happened as a sentence, and the stack frames below it. */
  get text(): string {
    return [`${this.message}.`, ...(this.stack?.split('\n').slice(1) ?? [])].join('\n');
  }
}

const WHAT_HAPPENED: Readonly<Record<UndeliveredReason, string>> = {
  confirmation: 'was not called: asking Ottu for the card failed',
  handler: 'failed',
  hanging: 'did not settle within a minute',
  shutdown: 'was not done when the application closed',
  stalled: 'was not done: every instance that worked on it ended',
};

/** The class of an error; our own errors hold nothing secret and are told with their message. Never throws. */
export function described(error: unknown): string {
  try {
    if (OttuError.is(error)) return `${error.name} (${error.message.replace(/\.$/, '')})`;
    const name = error instanceof Error ? error.constructor.name : typeof error;
    if (/^\w{1,60}$/.test(name)) return `${name} (its message is not shown: it may hold personal data)`;
  } catch {
    // an error can be made so that every look at it throws
  }
  return 'an error that is not shown: it may hold personal data';
}

const MAX_FRAMES = 10;
const MAX_FRAME_LENGTH = 300;
/** Such as `    at async Shop.fulfil (file:///srv/shop/orders.js:12:34)`. */
const FRAME = /^ {4}at (?:[\w.$<>[\] ]+ \()?[^\s()]+:\d+:\d+\)?$/;

function framesOf(error: unknown): readonly string[] {
  try {
    if (!(error instanceof Error)) return [];
    const { stack, message } = error;
    // Where the message has changed since, the old one cannot be cut out.
    if (typeof stack !== 'string' || typeof message !== 'string' || !stack.includes(message)) return [];
    const afterMessage = stack.slice(stack.indexOf(message) + message.length).slice(0, 10_000);
    return afterMessage
      .split('\n')
      .filter((line) => line.length <= MAX_FRAME_LENGTH && FRAME.test(line))
      .slice(0, MAX_FRAMES);
  } catch {
    return [];
  }
}
