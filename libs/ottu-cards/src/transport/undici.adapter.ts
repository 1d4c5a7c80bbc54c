import { Socket } from 'node:net';
import axios, { type AxiosAdapter, type AxiosInstance, type AxiosRequestConfig } from 'axios';
import { buildConnector, Client, type Dispatcher, Pool, ProxyAgent } from 'undici';
import { Exchange } from './exchange.js';
import type { Outcome } from './outcome.js';

/** Sockets that one module instance opens at most, shared by all its calls. */
const MAX_SOCKETS = 50;

/** Shorter than the 5 s after which common servers close an idle socket themselves. */
const IDLE_MS = 4_000;

/** A request of axios that carries its exchange down to the sockets. */
export interface ExchangeRequest extends AxiosRequestConfig {
  readonly exchange: Exchange;
}

export interface SocketOptions {
  readonly origin: string;
  readonly proxy: string | undefined;
  /** A connection that takes longer serves no call any more. */
  readonly timeoutMs: number;
}

/**
 * The socket level under axios: a bounded pool without redirects, decompression or cookies. Its response carries the
 * outcome of the exchange as `data`, whatever happened; it never rejects, so axios never makes an error with a request in it.
 */
export class UndiciSockets {
  private readonly open = new Set<Socket>();
  private readonly dispatcher: Dispatcher;

  constructor(private readonly options: SocketOptions) {
    this.dispatcher = options.proxy === undefined ? this.pool(options.origin) : this.proxied(options.proxy);
  }

  /** An axios of its own, on these sockets: no status is an error to it, no body is touched. */
  axios(): AxiosInstance {
    return axios.create({
      adapter: this.adapter,
      headers: { Accept: 'application/json', 'User-Agent': 'nestjs-ottu-cards' },
      transformRequest: [],
      transformResponse: [],
    });
  }

  private readonly adapter: AxiosAdapter = async (config) => {
    const exchange: unknown = 'exchange' in config ? config.exchange : undefined;
    if (!(exchange instanceof Exchange)) throw new TypeError('This HttpService belongs to OttuTransport');
    this.dispatch({
      origin: this.options.origin,
      path: config.url ?? '',
      method: config.method === 'delete' ? 'DELETE' : 'POST',
      headers: config.headers.toJSON(true),
      body: typeof config.data === 'string' ? config.data : null,
      exchange,
    });
    const data: Outcome = await exchange.outcome;
    return { data, status: 0, statusText: '', headers: {}, config };
  };

  /** Destroys every socket, those still connecting included, which undici would leave open. */
  async destroy(): Promise<void> {
    await this.dispatcher.destroy();
    for (const socket of this.open) socket.destroy();
  }

  private dispatch(options: ExchangeOptions): void {
    try {
      this.dispatcher.dispatch(options, options.exchange);
    } catch {
      options.exchange.refuse(); // closed, or an argument that undici does not take
    }
  }

  private pool(origin: string | URL, connect = buildConnector({ timeout: this.options.timeoutMs })): Pool {
    return new Pool(origin, {
      connections: MAX_SOCKETS,
      keepAliveTimeout: IDLE_MS,
      keepAliveMaxTimeout: IDLE_MS,
      headersTimeout: 0, // each exchange has its own deadline
      bodyTimeout: 0,
      connect: this.watched(connect),
      factory: (target, lane) => new Lane(target, lane),
    });
  }

  private proxied(proxy: string): ProxyAgent {
    const timeout = this.options.timeoutMs;
    return new ProxyAgent({
      uri: proxy,
      proxyTls: { timeout },
      requestTls: { timeout },
      factory: (origin, { connect }: { connect?: buildConnector.connector }) => this.pool(origin, connect),
    });
  }

  private watched(connect: buildConnector.connector): buildConnector.connector {
    return (options, callback) => {
      const socket: unknown = connect(options, callback);
      if (!(socket instanceof Socket)) return;
      this.open.add(socket);
      socket.once('close', () => this.open.delete(socket));
    };
  }
}

interface ExchangeOptions extends Dispatcher.DispatchOptions {
  readonly exchange: Exchange;
}

/** One socket at a time, which tells each exchange whether it is the first one on it. */
class Lane extends Client {
  private readonly socket = { used: false };

  constructor(origin: URL, options: Client.Options) {
    super(origin, options);
    this.on('connect', () => {
      this.socket.used = false;
    });
  }

  override dispatch(options: Dispatcher.DispatchOptions, handler: Dispatcher.DispatchHandler): boolean {
    if ('exchange' in options && options.exchange instanceof Exchange) options.exchange.socket = this.socket;
    return super.dispatch(options, handler);
  }
}
