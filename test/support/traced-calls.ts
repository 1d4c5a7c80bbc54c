import { type TracingChannel, tracingChannel } from 'node:diagnostics_channel';
import type { OttuCallTrace } from 'nestjs-ottu-cards';
import { closeWithTest } from './application.js';

/** An event on a tracing channel, and what its context held at that moment. */
interface TracedEvent<Trace> {
  readonly event: string;
  readonly trace: Trace;
  /** The same object for all events of a call. */
  readonly context: object;
}

/** Every event on this channel from now on, until the test ends (`afterEach(closeAll)`). */
export function hear<Trace extends object>(name: string): TracedEvent<Trace>[] {
  const heard: TracedEvent<Trace>[] = [];
  const keep = (event: string) => (context: Trace) => void heard.push({ event, trace: { ...context }, context });
  const subscribers: Parameters<TracingChannel<unknown, Trace>['subscribe']>[0] = {
    start: keep('start'),
    end: keep('end'),
    error: keep('error'),
    asyncStart: keep('asyncStart'),
    asyncEnd: keep('asyncEnd'),
  };
  const channel = tracingChannel<unknown, Trace>(name);
  channel.subscribe(subscribers);
  closeWithTest(async () => channel.unsubscribe(subscribers));
  return heard;
}

export const hearCalls = (): TracedEvent<OttuCallTrace>[] => hear('nestjs-ottu-cards:call');

/** What was known of each call when it was over, in the order of their ends. */
export function endsOf(heard: readonly TracedEvent<OttuCallTrace>[]): OttuCallTrace[] {
  return heard.filter(({ event }) => event === 'asyncEnd').map(({ trace }) => trace);
}
