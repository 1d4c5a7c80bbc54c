import type { TracingChannel } from 'node:diagnostics_channel';

/**
 * Does `work` and publishes the context on the channel in the order of `TracingChannel.tracePromise`: `start`, `end`,
 * then `error` where `work` rejects, `asyncStart` and `asyncEnd`. Unlike `tracePromise` it puts neither the result nor
 * the error on the context: both can hold what no subscriber may see. `work` itself completes the context.
 */
export async function publishTrace<Context extends object, T>(
  channel: TracingChannel<unknown, Context>,
  context: Context,
  work: () => Promise<T>,
): Promise<T> {
  const result: Promise<T> = channel.start.runStores(context, () => {
    const promise = work();
    channel.end.publish(context);
    return promise;
  });
  try {
    return await result;
  } catch (error) {
    channel.error.publish(context);
    throw error;
  } finally {
    channel.asyncStart.publish(context);
    channel.asyncEnd.publish(context);
  }
}
