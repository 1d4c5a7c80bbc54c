import axios, { type AxiosInstance, type AxiosRequestConfig } from 'axios';
import type { Dispatcher } from 'undici';
import type { Deadline } from '../common/deadline.js';
import { withoutPrototype } from '../common/without-prototype.js';
import type { Answered, AttemptResult } from './attempt-result.js';

/** All that axios is given. It passes an object of a class on as it is, and sees neither the key nor the customer. */
export interface AttemptConfig extends AxiosRequestConfig {
  readonly attempt: Attempt;
}

/**
 * An axios of this library's own that makes each request one attempt: no redirects, decompression or cookies. It
 * resolves with the `AttemptResult` as `data`, whatever happened; `status` is 0 where no answer came. None of the
 * application's `axios.defaults` applies.
 *
 * @param dispatch sends an attempt as soon as there is a connection
 */
export function axiosOver(dispatch: (attempt: Attempt) => void): AxiosInstance {
  const instance = axios.create();
  for (const name of Reflect.ownKeys(instance.defaults)) Reflect.deleteProperty(instance.defaults, name);
  instance.defaults.adapter = async (config) => {
    const attempt = 'attempt' in config ? config.attempt : undefined;
    if (!(attempt instanceof Attempt)) throw new TypeError('Only OttuTransport sends through this axios');
    dispatch(attempt);
    const data = await attempt.result;
    return { data, status: data.status ?? 0, statusText: '', headers: {}, config };
  };
  return instance;
}

type ResponseHeaders = Parameters<NonNullable<Dispatcher.DispatchHandler['onResponseStart']>>[2];

const MAX_BODY_BYTES = 1024 * 1024;
const EMPTY = Buffer.alloc(0);

/** What an attempt has to do with its connection; before that, with the queue for one. */
export interface AttemptConnection {
  /** Whether it has carried an attempt before, and has been open since. */
  readonly reused: boolean;
  /** The attempt ended early: what still comes for it must reach nobody else. */
  abandon(attempt: Attempt): void;
  /** undici is done with the attempt. */
  release(): void;
}

interface AttemptOptions {
  /** Of this attempt. */
  readonly timeoutMs: number;
  /** Of the whole call. axios' own `signal` would drop a result that comes with the abort, such as a 204. */
  readonly deadline: Deadline;
  /** Whether the attempt must not use a connection that was open before. */
  readonly freshConnection: boolean;
}

/** One request on the wire: undici reports what happens, and it settles with a result, exactly once. */
export class Attempt implements Dispatcher.DispatchHandler {
  /** Never rejects. */
  readonly result: Promise<AttemptResult>;
  readonly freshConnection: boolean;
  /** Not printed with the attempt: it holds the key. */
  readonly #request: Dispatcher.DispatchOptions;
  connection: AttemptConnection | undefined;

  private settle: ((result: AttemptResult) => void) | undefined;
  private sent = false;
  private onReusedConnection = false;
  private head: Pick<Answered, 'status' | 'retryAfter'> | undefined;
  private isEncoded = false;
  private body: Buffer = EMPTY;
  private bodyLength = 0;
  private readonly timer: NodeJS.Timeout;
  private unlisten: (() => void) | undefined;

  constructor(request: Dispatcher.DispatchOptions, { timeoutMs, deadline, freshConnection }: AttemptOptions) {
    this.#request = withoutPrototype(request);
    this.freshConnection = freshConnection;
    this.result = new Promise((resolve) => {
      this.settle = resolve;
    });
    this.timer = setTimeout(() => this.stop(), timeoutMs);
    this.unlisten = deadline.onEnd(() => this.stop());
  }

  get request(): Dispatcher.DispatchOptions {
    return this.#request;
  }

  get isOver(): boolean {
    return this.settle === undefined;
  }

  onRequestStart(): void {
    this.sent = true;
    this.onReusedConnection = this.connection?.reused ?? false;
  }

  onResponseStart(_: Dispatcher.DispatchController, status: number, headers: ResponseHeaders): void {
    if (status < 200) return;
    this.head = { status, retryAfter: headers['retry-after'] };
    this.isEncoded = !/^(?:identity)?$/i.test(String(headers['content-encoding'] ?? ''));
  }

  onResponseData(_: Dispatcher.DispatchController, chunk: Buffer): void {
    if (this.isEncoded) this.refuseBody('UNASKED_ENCODING', 'is encoded, which nobody asked for');
    else if (this.bodyLength + chunk.length > MAX_BODY_BYTES) this.refuseBody('BODY_TOO_LARGE', 'is larger than 1 MiB');
    else this.addToBody(chunk);
  }

  onResponseEnd(): void {
    if (this.head) this.end(this.answer(this.head));
    this.connection?.release();
  }

  onResponseError(_: Dispatcher.DispatchController | undefined, error: NodeJS.ErrnoException): void {
    this.end(this.decidedByStatus() ?? this.failure(error));
    this.connection?.release();
  }

  /** Ends the attempt now: with the status where one was seen that decides by itself, else as late. */
  stop(): void {
    this.end(this.decidedByStatus() ?? { kind: 'late', sent: this.sent });
    this.connection?.abandon(this);
  }

  private refuseBody(code: string, what: string): void {
    this.end(this.decidedByStatus() ?? { kind: 'malformed', code, what });
    this.connection?.abandon(this);
  }

  /** The first piece as it is, most often the only one; more in one buffer that doubles, so that the cost is linear. */
  private addToBody(chunk: Buffer): void {
    const length = this.bodyLength + chunk.length;
    if (this.bodyLength === 0) {
      this.body = chunk;
    } else {
      if (length > this.body.length) this.body = grown(this.body, Math.max(length, this.body.length * 2));
      chunk.copy(this.body, this.bodyLength);
    }
    this.bodyLength = length;
  }

  private failure(error: NodeJS.ErrnoException): AttemptResult {
    const code = error.code ?? error.name;
    if (!this.sent) return { kind: 'unreachable', code };
    if (breaksHttp(error)) return { kind: 'malformed', code, what: 'breaks the HTTP protocol' };
    return { kind: 'broken', code, stale: this.onReusedConnection && this.head === undefined };
  }

  /** Only the 2xx of a list needs its body. The 2xx of a delete needs to know whether there is one, except for 204. */
  private decidedByStatus(): AttemptResult | undefined {
    if (this.head === undefined) return undefined;
    const { status } = this.head;
    const bodyMatters = status < 300 && !(this.#request.method === 'DELETE' && status === 204);
    return bodyMatters ? undefined : this.answer(this.head);
  }

  private answer({ status, retryAfter }: Pick<Answered, 'status' | 'retryAfter'>): Answered {
    return { kind: 'answered', status, retryAfter, body: this.body.subarray(0, this.bodyLength) };
  }

  private end(result: AttemptResult): void {
    clearTimeout(this.timer);
    this.unlisten?.();
    this.settle?.(withoutPrototype(result)); // some have no status, and must inherit none
    this.settle = undefined;
  }
}

function grown(buffer: Buffer, length: number): Buffer {
  const larger = Buffer.allocUnsafe(length);
  buffer.copy(larger);
  return larger;
}

/** Whether no HTTP server means this answer, so that sending the request again would bring the same. */
function breaksHttp({ name, code }: NodeJS.ErrnoException): boolean {
  if (name === 'HTTPParserError') return code !== 'HPE_INVALID_EOF_STATE'; // that one is a body cut short
  return code === 'UND_ERR_HEADERS_OVERFLOW' || code === 'UND_ERR_RES_CONTENT_LENGTH_MISMATCH';
}
