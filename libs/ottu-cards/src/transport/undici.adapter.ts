import axios, { type AxiosAdapter, type AxiosInstance, type AxiosRequestConfig } from 'axios';
import { connector } from './connectors.js';
import { Exchange } from './exchange.js';
import type { Outcome } from './outcome.js';
import { SocketPool } from './socket-pool.js';

/** Named one by one: an application's own axios defaults, cookies among them, are not for Ottu. */
const SENT = ['Accept', 'Content-Type', 'User-Agent', 'Authorization'];

/** A request of axios that carries its exchange down to the sockets. */
export interface ExchangeRequest extends AxiosRequestConfig {
  readonly exchange: Exchange;
}

export interface SocketOptions {
  readonly origin: string;
  readonly proxy: string | undefined;
}

/**
 * The socket level under axios: no redirects, decompression or cookies. Its response carries the outcome of the
 * exchange as `data`, whatever happened; it never rejects, so axios never makes an error with a request in it.
 */
export class UndiciSockets {
  private readonly pool: SocketPool;

  constructor(private readonly options: SocketOptions) {
    this.pool = new SocketPool(options.origin, connector(options.proxy));
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

  /** Destroys every socket, those still connecting included. */
  async destroy(): Promise<void> {
    await this.pool.destroy();
  }

  private readonly adapter: AxiosAdapter = async (config) => {
    const exchange: unknown = 'exchange' in config ? config.exchange : undefined;
    if (!(exchange instanceof Exchange)) throw new TypeError('This HttpService belongs to OttuTransport');
    this.pool.carry(exchange, {
      origin: this.options.origin,
      path: config.url ?? '',
      method: config.method === 'delete' ? 'DELETE' : 'POST',
      headers: Object.fromEntries(SENT.map((name) => [name, config.headers.get(name)]).filter(isGiven)),
      body: typeof config.data === 'string' ? config.data : null,
    });
    const data: Outcome = await exchange.outcome;
    return { data, status: 0, statusText: '', headers: {}, config };
  };
}

function isGiven(header: readonly unknown[]): header is readonly [string, string] {
  return typeof header[1] === 'string';
}
