import type { IncomingHttpHeaders } from 'node:http';
import type { Dispatcher } from 'undici';
import type { OttuCall } from './ottu-call.js';
import type { Outcome } from './outcome.js';

const MAX_BODY_BYTES = 1024 * 1024;

/** Tells undici to drop the socket. One for all: it is never thrown nor shown, and an Error per abort is dear. */
const DROPPED = new Error('dropped');

/** One attempt on the wire: undici tells it what happens, and it settles with an outcome, exactly once. */
export class Exchange implements Dispatcher.DispatchHandler {
  /** Never rejects. */
  readonly outcome: Promise<Outcome>;
  /** The socket it travels on, told by the pool. */
  socket = { used: false };

  private settle: ((outcome: Outcome) => void) | undefined;
  private controller: Dispatcher.DispatchController | undefined;
  private sent = false;
  private onUsedSocket = false;
  private answered: { readonly status: number; readonly retryAfter: string | undefined } | undefined;
  private readonly chunks: Buffer[] = [];
  private size = 0;
  private readonly timer: NodeJS.Timeout;

  constructor(
    private readonly effect: OttuCall<unknown>['effect'],
    timeoutMs: number,
  ) {
    this.outcome = new Promise((resolve) => {
      this.settle = resolve;
    });
    this.timer = setTimeout(() => this.stop(), timeoutMs);
  }

  /** Ends the attempt now: with the status where one was seen that decides by itself, else as late. */
  stop(): void {
    this.end(this.decidedByStatus() ?? { kind: 'late', sent: this.sent });
    this.controller?.abort(DROPPED);
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    if (this.settle === undefined) return controller.abort(DROPPED); // ended while it waited for a socket
    this.controller = controller;
    this.sent = true;
    this.onUsedSocket = this.socket.used;
    this.socket.used = true;
    return undefined;
  }

  onResponseStart(_: Dispatcher.DispatchController, status: number, headers: IncomingHttpHeaders): void {
    if (status < 200) return;
    this.answered = { status, retryAfter: headers['retry-after'] };
    const encoding = headers['content-encoding'] ?? 'identity';
    if (encoding !== 'identity') this.refuseBody('UNASKED_ENCODING', 'is encoded, which nobody asked for');
  }

  onResponseData(_: Dispatcher.DispatchController, chunk: Buffer): void {
    this.size += chunk.length;
    if (this.size > MAX_BODY_BYTES) this.refuseBody('BODY_TOO_LARGE', 'is larger than 1 MiB');
    else this.chunks.push(chunk);
  }

  onResponseEnd(): void {
    if (this.answered) this.end({ kind: 'answered', ...this.answered, body: Buffer.concat(this.chunks, this.size) });
  }

  onResponseError(_: Dispatcher.DispatchController | undefined, error: NodeJS.ErrnoException): void {
    this.end(this.decidedByStatus() ?? this.failure(error));
  }

  /** The client itself did not take the request. */
  refuse(): void {
    this.end(this.failure({ name: 'Error', message: '', code: 'REFUSED_BY_CLIENT' }));
  }

  private failure(error: NodeJS.ErrnoException): Outcome {
    const code = error.code ?? error.name;
    if (!this.sent) return { kind: 'unreachable', code };
    if (breaksHttp(error)) return { kind: 'malformed', code, what: 'breaks the HTTP protocol' };
    return { kind: 'broken', code, stale: this.onUsedSocket && this.answered === undefined };
  }

  private refuseBody(code: string, what: string): void {
    this.end(this.decidedByStatus() ?? { kind: 'malformed', code, what });
    this.controller?.abort(DROPPED);
  }

  /** Only a read's 2xx needs its body. A delete's 2xx needs to know whether there is one, except for 204. */
  private decidedByStatus(): Outcome | undefined {
    if (this.answered === undefined) return undefined;
    const { status } = this.answered;
    const bodyMatters = this.effect === 'read' ? status < 300 : status < 300 && status !== 204 && this.size === 0;
    return bodyMatters ? undefined : { kind: 'answered', ...this.answered, body: Buffer.concat(this.chunks) };
  }

  private end(outcome: Outcome): void {
    if (this.settle === undefined) return;
    clearTimeout(this.timer);
    this.settle(outcome);
    this.settle = undefined;
  }
}

/** Whether no HTTP server means this answer, so that sending the request again would bring the same. */
function breaksHttp({ name, code }: NodeJS.ErrnoException): boolean {
  if (name === 'HTTPParserError') return code !== 'HPE_INVALID_EOF_STATE'; // that one is a body cut short
  return code === 'UND_ERR_HEADERS_OVERFLOW' || code === 'UND_ERR_RES_CONTENT_LENGTH_MISMATCH';
}
