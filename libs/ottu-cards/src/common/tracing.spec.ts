import { AsyncLocalStorage } from 'node:async_hooks';
import { type TracingChannel, tracingChannel } from 'node:diagnostics_channel';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { publishTrace } from './tracing.js';

interface Context {
  readonly about: string;
  done?: boolean;
}

let channels = 0;
/** A channel of the test's own: strong references are kept by the test alone. */
function newChannel(): TracingChannel<unknown, Context> {
  channels += 1;
  return tracingChannel<unknown, Context>(`tracing.spec:${channels}`);
}

/** The names of what is published, in order, and the context of each. */
function listen(channel: TracingChannel<unknown, Context>): { names: string[]; contexts: Set<Context> } {
  const names: string[] = [];
  const contexts = new Set<Context>();
  const hear = (name: string) => (context: Context) => {
    names.push(name);
    contexts.add(context);
  };
  channel.subscribe({
    start: hear('start'),
    end: hear('end'),
    error: hear('error'),
    asyncStart: hear('asyncStart'),
    asyncEnd: hear('asyncEnd'),
  });
  return { names, contexts };
}

const WORK: [what: string, work: () => Promise<string>][] = [
  ['succeeds', () => nextTurn('the result')],
  ['fails', () => nextTurn().then(() => Promise.reject(new Error('the reason')))],
];

describe.each(WORK)('work that %s', (_, work) => {
  it('is published in the order of tracePromise', async () => {
    const [ours, nodes] = [newChannel(), newChannel()];
    const [heard, expected] = [listen(ours), listen(nodes)];
    const [result, nodesResult] = await Promise.allSettled([
      publishTrace(ours, { about: 'ours' }, work),
      nodes.tracePromise(work, { about: "node's" }),
    ]);
    await nextTurn();
    expect(heard.names).toEqual(expected.names);
    expect(result).toEqual(nodesResult);
  });

  it('leaves the context, one object throughout, without result and error', async () => {
    const channel = newChannel();
    const { contexts } = listen(channel);
    const context: Context = { about: 'ours' };
    await publishTrace(channel, context, work).catch(() => 'it fails');
    expect([...contexts]).toEqual([{ about: 'ours' }]);
    expect(contexts.has(context)).toBe(true);
  });
});

it('shows what the work has put on the context to those who hear of its end', async () => {
  const channel = newChannel();
  const seen: unknown[] = [];
  channel.asyncStart.subscribe((context) => seen.push({ ...(context as Context) }));
  const context: Context = { about: 'ours' };
  await publishTrace(channel, context, async () => {
    await nextTurn();
    context.done = true;
  });
  expect(seen).toEqual([{ about: 'ours', done: true }]);
});

it('runs the work inside the stores that are bound to its start', async () => {
  const channel = newChannel();
  const store = new AsyncLocalStorage<string>();
  channel.start.bindStore(store, ({ about }) => `span of ${about}`);
  const seen = await publishTrace(channel, { about: 'ours' }, async () => {
    await nextTurn();
    return store.getStore();
  });
  expect(seen).toBe('span of ours');
  expect(store.getStore()).toBeUndefined();
});
