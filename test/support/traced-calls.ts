import { type TracingChannel, tracingChannel } from 'node:diagnostics_channel';
import type { OttuCallTrace } from 'nestjs-ottu-cards';
import { closeWithTest } from './application.js';

/** An event of a call, and what its context held at that moment. */
export interface TracedEvent {
  readonly event: string;
  readonly call: OttuCallTrace;
  /** The same object for all events of a call. */
  readonly context: object;
}

/** Every event on `nestjs-ottu-cards:call` from now on, until the test ends (`afterEach(closeAll)`). */
export function hearCalls(): TracedEvent[] {
  const heard: TracedEvent[] = [];
  const keep = (event: string) => (context: OttuCallTrace) => void heard.push({ event, call: { ...context }, context });
  const subscribers: Parameters<TracingChannel<unknown, OttuCallTrace>['subscribe']>[0] = {
    start: keep('start'),
    end: keep('end'),
    error: keep('error'),
    asyncStart: keep('asyncStart'),
    asyncEnd: keep('asyncEnd'),
  };
  const channel = tracingChannel<unknown, OttuCallTrace>('nestjs-ottu-cards:call');
  channel.subscribe(subscribers);
  closeWithTest(async () => channel.unsubscribe(subscribers));
  return heard;
}

/** What was known of each call when it was over, in the order of their ends. */
export function endsOf(heard: readonly TracedEvent[]): OttuCallTrace[] {
  return heard.filter(({ event }) => event === 'asyncEnd').map(({ call }) => call);
}
