import type { IncomingHttpHeaders } from 'node:http';
import type { Dispatcher } from 'undici';
import type { OttuCall } from './ottu-call.js';
import type { Outcome } from './outcome.js';

const MAX_BODY_BYTES = 1024 * 1024;

/** What carries an exchange: first its place in the queue, then a lane. */
export interface Carrier {
  /** Whether its socket has carried an exchange before. */
  readonly used: boolean;
  /** The exchange is over: its place is free, its socket serves nobody else. */
  drop(exchange: Exchange): void;
  /** undici is done with the exchange. */
  release(): void;
}

export interface ExchangeOptions {
  readonly effect: OttuCall<unknown>['effect'];
  readonly timeoutMs: number;
  /** Whether it must not travel on a socket that was open before. */
  readonly needsFreshSocket: boolean;
}

/** One attempt on the wire: undici tells it what happens, and it settles with an outcome, exactly once. */
export class Exchange implements Dispatcher.DispatchHandler {
  /** Never rejects. */
  readonly outcome: Promise<Outcome>;
  readonly needsFreshSocket: boolean;
  carrier: Carrier | undefined;

  private settle: ((outcome: Outcome) => void) | undefined;
  private sent = false;
  private onUsedSocket = false;
  private answered: { readonly status: number; readonly retryAfter: string | undefined } | undefined;
  private isEncoded = false;
  private readonly chunks: Buffer[] = [];
  private size = 0;
  private readonly effect: ExchangeOptions['effect'];
  private readonly timer: NodeJS.Timeout;

  constructor({ effect, timeoutMs, needsFreshSocket }: ExchangeOptions) {
    this.effect = effect;
    this.needsFreshSocket = needsFreshSocket;
    this.outcome = new Promise((resolve) => {
      this.settle = resolve;
    });
    this.timer = setTimeout(() => this.stop(), timeoutMs);
  }

  get isOver(): boolean {
    return this.settle === undefined;
  }

  /** Ends the attempt now: with the status where one was seen that decides by itself, else as late. */
  stop(): void {
    this.end(this.decidedByStatus() ?? { kind: 'late', sent: this.sent });
    this.carrier?.drop(this);
  }

  /** Nothing will carry it. */
  refuse(): void {
    this.end({ kind: 'unreachable', code: 'CLOSED' });
  }

  onRequestStart(): void {
    this.sent = true;
    this.onUsedSocket = this.carrier?.used ?? false;
  }

  onResponseStart(_: Dispatcher.DispatchController, status: number, headers: IncomingHttpHeaders): void {
    if (status < 200) return;
    this.answered = { status, retryAfter: headers['retry-after'] };
    this.isEncoded = !/^(?:identity)?$/i.test(headers['content-encoding'] ?? '');
  }

  onResponseData(_: Dispatcher.DispatchController, chunk: Buffer): void {
    this.size += chunk.length;
    if (this.isEncoded) this.refuseBody('UNASKED_ENCODING', 'is encoded, which nobody asked for');
    else if (this.size > MAX_BODY_BYTES) this.refuseBody('BODY_TOO_LARGE', 'is larger than 1 MiB');
    else this.chunks.push(chunk);
  }

  onResponseEnd(): void {
    if (this.answered) this.end({ kind: 'answered', ...this.answered, body: Buffer.concat(this.chunks) });
    this.carrier?.release();
  }

  onResponseError(_: Dispatcher.DispatchController | undefined, error: NodeJS.ErrnoException): void {
    this.end(this.decidedByStatus() ?? this.failure(error));
    this.carrier?.release();
  }

  private failure(error: NodeJS.ErrnoException): Outcome {
    const code = error.code ?? error.name;
    if (!this.sent) return { kind: 'unreachable', code };
    if (breaksHttp(error)) return { kind: 'malformed', code, what: 'breaks the HTTP protocol' };
    return { kind: 'broken', code, stale: this.onUsedSocket && this.answered === undefined };
  }

  private refuseBody(code: string, what: string): void {
    this.end(this.decidedByStatus() ?? { kind: 'malformed', code, what });
    this.carrier?.drop(this);
  }

  /** Only a read's 2xx needs its body. A delete's 2xx needs to know whether there is one, except for 204. */
  private decidedByStatus(): Outcome | undefined {
    if (this.answered === undefined) return undefined;
    const { status } = this.answered;
    const bodyMatters = this.effect === 'read' ? status < 300 : status < 300 && status !== 204;
    return bodyMatters ? undefined : { kind: 'answered', ...this.answered, body: Buffer.concat(this.chunks) };
  }

  private end(outcome: Outcome): void {
    clearTimeout(this.timer);
    this.settle?.(outcome);
    this.settle = undefined;
  }
}

/** Whether no HTTP server means this answer, so that sending the request again would bring the same. */
function breaksHttp({ name, code }: NodeJS.ErrnoException): boolean {
  if (name === 'HTTPParserError') return code !== 'HPE_INVALID_EOF_STATE'; // that one is a body cut short
  return code === 'UND_ERR_HEADERS_OVERFLOW' || code === 'UND_ERR_RES_CONTENT_LENGTH_MISMATCH';
}
