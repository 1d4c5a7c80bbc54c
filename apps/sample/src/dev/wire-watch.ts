import { type ChannelListener, subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { Exchange } from './redacted.js';

/** What undici tells of a request on its diagnostics channels, as much of it as is read here. */
interface UndiciMessage {
  readonly request: {
    readonly origin?: unknown;
    readonly method: string;
    readonly path: string;
    readonly body?: unknown;
  };
  readonly headers?: string;
  readonly response?: { readonly statusCode: number };
  readonly chunk?: Uint8Array;
  readonly error?: { readonly name?: string; readonly code?: string };
}

/**
 * Watches what this process sends to one origin, by undici's diagnostics channels. `began` is called where the request
 * is made, so the async context tells for what.
 *
 * @see undici's docs/api/DiagnosticsChannel.md
 */
export function watchWire(origin: string, began: (exchange: Exchange) => void): () => void {
  const exchanges = new WeakMap<object, Exchange>();
  const listeners: Readonly<Record<string, (message: UndiciMessage, exchange: Exchange) => void>> = {
    'undici:client:sendHeaders': ({ headers = '' }, exchange) => (exchange.head = headers),
    'undici:request:headers': ({ response }, exchange) => (exchange.status = response?.statusCode ?? null),
    'undici:request:bodyChunkReceived': ({ chunk }, exchange) =>
      (exchange.answer += Buffer.from(chunk ?? []).toString()),
    'undici:request:error': ({ error }, exchange) => (exchange.failure = error?.code ?? error?.name ?? 'Error'),
  };
  const subscriptions: [string, ChannelListener][] = Object.entries(listeners).map(([name, listener]) => [
    name,
    (message) => {
      if (!isMessage(message)) return;
      const exchange = exchanges.get(message.request);
      if (exchange !== undefined) listener(message, exchange);
    },
  ]);
  subscriptions.push([
    'undici:request:create',
    (message) => {
      if (!isMessage(message) || String(message.request.origin) !== origin) return;
      const { method, path, body } = message.request;
      const text = Buffer.isBuffer(body) ? body.toString() : '';
      const exchange = { method, target: path, body: text, head: '', status: null, answer: '', failure: null };
      exchanges.set(message.request, exchange);
      began(exchange);
    },
  ]);
  for (const [name, listener] of subscriptions) subscribe(name, listener);
  return () => subscriptions.forEach(([name, listener]) => unsubscribe(name, listener));
}

function isMessage(message: unknown): message is UndiciMessage {
  return typeof message === 'object' && message !== null && 'request' in message && typeof message.request === 'object';
}
