import type { Dispatcher } from 'undici';
import type { Deadline } from '../common/deadline.js';
import type { AttemptResult } from './attempt-result.js';
import { GrowingBuffer } from './growing-buffer.js';

type ResponseHeaders = Parameters<NonNullable<Dispatcher.DispatchHandler['onResponseStart']>>[2];

const MAX_BODY_BYTES = 1024 * 1024;

/** What an attempt has to do with its connection; before that, with the queue for one. */
export interface AttemptConnection {
  /** Whether it has carried an attempt before, and has been open since. */
  readonly reused: boolean;
  /** The attempt ended early: what still comes for it must reach nobody else. */
  abandon(attempt: Attempt): void;
  /** undici is done with the attempt. */
  release(): void;
}

export interface AttemptOptions {
  readonly method: Dispatcher.HttpMethod;
  readonly timeoutMs: number;
  /** Of the whole call: ends the attempt, too. */
  readonly deadline: Deadline;
  /** Whether it must not use a connection that was open before. */
  readonly freshConnection: boolean;
}

/** One request on the wire: undici reports what happens, and it settles with a result, exactly once. */
export class Attempt implements Dispatcher.DispatchHandler {
  /** Never rejects. */
  readonly result: Promise<AttemptResult>;
  readonly freshConnection: boolean;
  connection: AttemptConnection | undefined;

  private settle: ((result: AttemptResult) => void) | undefined;
  private sent = false;
  private onReusedConnection = false;
  private answered:
    { readonly status: number; readonly retryAfter: string | readonly string[] | undefined } | undefined;
  private isEncoded = false;
  private readonly body = new GrowingBuffer();
  private readonly method: AttemptOptions['method'];
  private readonly timer: NodeJS.Timeout;
  private unlisten: (() => void) | undefined;

  constructor({ method, timeoutMs, deadline, freshConnection }: AttemptOptions) {
    this.method = method;
    this.freshConnection = freshConnection;
    this.result = new Promise((resolve) => {
      this.settle = resolve;
    });
    this.timer = setTimeout(() => this.stop(), timeoutMs);
    this.unlisten = deadline.onEnd(() => this.stop());
  }

  get isOver(): boolean {
    return this.settle === undefined;
  }

  /** Nothing is going to send it. */
  refuse(): void {
    this.end({ kind: 'unreachable', code: 'CLOSED' });
  }

  onRequestStart(): void {
    this.sent = true;
    this.onReusedConnection = this.connection?.reused ?? false;
  }

  onResponseStart(_: Dispatcher.DispatchController, status: number, headers: ResponseHeaders): void {
    if (status < 200) return;
    this.answered = { status, retryAfter: headers['retry-after'] };
    this.isEncoded = !/^(?:identity)?$/i.test(String(headers['content-encoding'] ?? ''));
  }

  onResponseData(_: Dispatcher.DispatchController, chunk: Buffer): void {
    if (this.isEncoded) this.refuseBody('UNASKED_ENCODING', 'is encoded, which nobody asked for');
    else if (this.body.length + chunk.length > MAX_BODY_BYTES)
      this.refuseBody('BODY_TOO_LARGE', 'is larger than 1 MiB');
    else this.body.add(chunk);
  }

  onResponseEnd(): void {
    if (this.answered) this.end({ kind: 'answered', ...this.answered, body: this.body.content() });
    this.connection?.release();
  }

  onResponseError(_: Dispatcher.DispatchController | undefined, error: NodeJS.ErrnoException): void {
    this.end(this.decidedByStatus() ?? this.failure(error));
    this.connection?.release();
  }

  /** Ends the attempt now: with the status where one was seen that decides by itself, else as late. */
  private stop(): void {
    this.end(this.decidedByStatus() ?? { kind: 'late', sent: this.sent });
    this.connection?.abandon(this);
  }

  private refuseBody(code: string, what: string): void {
    this.end(this.decidedByStatus() ?? { kind: 'malformed', code, what });
    this.connection?.abandon(this);
  }

  private failure(error: NodeJS.ErrnoException): AttemptResult {
    const code = error.code ?? error.name;
    if (!this.sent) return { kind: 'unreachable', code };
    if (breaksHttp(error)) return { kind: 'malformed', code, what: 'breaks the HTTP protocol' };
    return { kind: 'broken', code, stale: this.onReusedConnection && this.answered === undefined };
  }

  /** Only the 2xx of a list needs its body. The 2xx of a delete needs to know whether there is one, except for 204. */
  private decidedByStatus(): AttemptResult | undefined {
    if (this.answered === undefined) return undefined;
    const { status } = this.answered;
    const bodyMatters = status < 300 && !(this.method === 'DELETE' && status === 204);
    return bodyMatters ? undefined : { kind: 'answered', ...this.answered, body: this.body.content() };
  }

  private end(result: AttemptResult): void {
    clearTimeout(this.timer);
    this.unlisten?.();
    this.settle?.(result);
    this.settle = undefined;
  }
}

/** Whether no HTTP server means this answer, so that sending the request again would bring the same. */
function breaksHttp({ name, code }: NodeJS.ErrnoException): boolean {
  if (name === 'HTTPParserError') return code !== 'HPE_INVALID_EOF_STATE'; // that one is a body cut short
  return code === 'UND_ERR_HEADERS_OVERFLOW' || code === 'UND_ERR_RES_CONTENT_LENGTH_MISMATCH';
}
