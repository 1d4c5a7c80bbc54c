import axios, { type AxiosInstance, type AxiosRequestConfig, type InternalAxiosRequestConfig } from 'axios';
import type { Dispatcher } from 'undici';
import { Deadline } from '../common/deadline.js';
import { withoutPrototype } from '../common/without-prototype.js';
import { Attempt } from './attempt.js';
import type { AttemptResult } from './attempt-result.js';
import type { ConnectionPool } from './connection-pool.js';

/** A request of axios with what an attempt needs besides. */
export interface AttemptRequest extends AxiosRequestConfig<string | undefined> {
  readonly method: 'POST' | 'DELETE';
  /** The path and query, percent-encoded. */
  readonly url: string;
  /** Of this attempt, in milliseconds. */
  readonly timeout: number;
  /** Of the whole call. axios' own `signal` would drop a result that comes with the abort, such as a 204. */
  readonly deadline: Deadline;
  /** Whether the attempt must not use a connection that was open before. */
  readonly freshConnection: boolean;
}

/**
 * An axios of this library's own that sends through these connections: no redirects, decompression or cookies. It
 * resolves with the `AttemptResult` as `data`, whatever happened; `status` is 0 where no answer came. None of the
 * application's `axios.defaults` applies.
 */
export function axiosOver(pool: ConnectionPool, origin: string): AxiosInstance {
  const instance = axios.create();
  for (const name of Reflect.ownKeys(instance.defaults)) Reflect.deleteProperty(instance.defaults, name);
  instance.defaults.adapter = async (config) => {
    const attempt = attemptOf(config);
    pool.dispatch(requestOf(config, origin), attempt);
    const data: AttemptResult = await attempt.result;
    const status = data.kind === 'answered' ? data.status : 0;
    return { data, status, statusText: '', headers: {}, config };
  };
  return instance;
}

function attemptOf(config: InternalAxiosRequestConfig): Attempt {
  const deadline: unknown = 'deadline' in config ? config.deadline : undefined;
  if (!(deadline instanceof Deadline)) throw new TypeError('Only OttuTransport sends through this axios');
  return new Attempt({
    method: methodOf(config),
    timeoutMs: config.timeout ?? deadline.remainingMs,
    deadline,
    freshConnection: 'freshConnection' in config && config.freshConnection === true,
  });
}

function requestOf(config: InternalAxiosRequestConfig, origin: string): Dispatcher.DispatchOptions {
  const headers: string[] = [];
  for (const [name, value] of config.headers) if (typeof value === 'string') headers.push(name, value);
  const body: unknown = config.data;
  return withoutPrototype({
    origin,
    path: config.url ?? '',
    method: methodOf(config),
    headers,
    body: typeof body === 'string' ? body : null,
  });
}

function methodOf({ method }: InternalAxiosRequestConfig): 'POST' | 'DELETE' {
  return method === 'delete' ? 'DELETE' : 'POST';
}
