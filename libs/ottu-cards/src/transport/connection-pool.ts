import type { Socket } from 'node:net';
import type { buildConnector, Client } from 'undici';
import UndiciClient from 'undici/lib/dispatcher/client.js';
import { withoutPrototype } from '../common/without-prototype.js';
import type { Attempt, AttemptConnection } from './undici.adapter.js';

/** Connections that one module instance opens at most, shared by all its calls. */
const MAX_CONNECTIONS = 50;

/** Shorter than the 5 s after which common servers close an idle connection themselves. */
const IDLE_MS = 4_000;

/** A socket, or what is becoming one. */
export interface Connecting {
  readonly destroyed: boolean;
  destroy(error?: Error): unknown;
}

/** Opens a socket, and gives at once what can be destroyed meanwhile. */
export type Connect = (target: buildConnector.Options, ready: buildConnector.Callback) => Connecting;

/**
 * At most fifty connections, and a queue before them, first come first served. An attempt that ends while it waits or
 * connects leaves nothing behind, which undici's own pool does not promise.
 */
export class ConnectionPool {
  private readonly connections: Connection[] = [];
  private readonly free: Connection[] = [];
  private readonly waiting = new Set<Attempt>();
  private readonly queue: AttemptConnection = {
    reused: false,
    abandon: (attempt) => this.waiting.delete(attempt),
    release: () => undefined,
  };

  constructor(
    private readonly origin: string,
    private readonly connect: Connect,
  ) {}

  dispatch(attempt: Attempt): void {
    if (attempt.isOver) return;
    attempt.connection = this.queue;
    this.waiting.add(attempt);
    this.serve();
  }

  /** Closes the connections. For when no attempt is under way: undici would leave a connecting socket open. */
  async destroy(): Promise<void> {
    await Promise.all(this.connections.map(({ client }) => client.destroy()));
  }

  private serve(): void {
    for (const attempt of this.waiting) {
      const connection = this.take(attempt.freshConnection);
      if (connection === undefined) return;
      this.waiting.delete(attempt);
      connection.dispatch(attempt);
    }
  }

  private take(fresh: boolean): Connection | undefined {
    const fitting = this.free.findLastIndex(({ isOpen }) => isOpen !== fresh);
    if (fitting !== -1) return this.free.splice(fitting, 1)[0];
    return (fresh ? this.add() : undefined) ?? this.free.pop() ?? this.add();
  }

  private add(): Connection | undefined {
    if (this.connections.length === MAX_CONNECTIONS) return undefined;
    const connection = new Connection(this.origin, this.connect, () => {
      this.free.push(connection);
      queueMicrotask(() => this.serve()); // not while undici is still at it
    });
    this.connections.push(connection);
    return connection;
  }
}

/** Ends a socket whose attempt is over. One for all: it is never shown, and an Error per abort is dear. */
const ABANDONED = new Error('abandoned');

/** undici would connect again and again while nothing has been written; an attempt connects once. */
const LOST = Object.assign(new Error('closed before the request was sent'), { code: 'ECONNRESET' });

/** Carries one attempt at a time, on a socket that stays open in between. */
class Connection implements AttemptConnection {
  reused = false;
  readonly client: Client;

  private socket: Connecting | undefined;
  private attempt: Attempt | undefined;
  private hasConnected = false;
  private readonly continueFilter = new ContinueFilter();

  constructor(
    origin: string,
    private readonly connect: Connect,
    private readonly onFree: () => void,
  ) {
    const options: Client.Options = {
      keepAliveTimeout: IDLE_MS,
      keepAliveMaxTimeout: IDLE_MS,
      headersTimeout: 0, // each attempt has its own time limit
      bodyTimeout: 0,
      connect: (target, ready) => this.open(target, ready),
    };
    this.client = new UndiciClient(origin, withoutPrototype(options));
  }

  get isOpen(): boolean {
    return this.socket?.destroyed === false;
  }

  dispatch(attempt: Attempt): void {
    attempt.connection = this;
    this.attempt = attempt;
    this.hasConnected = false;
    this.continueFilter.expectAnswer();
    if (attempt.freshConnection) this.socket?.destroy(); // undici connects anew once it has closed
    this.client.dispatch(attempt.request, attempt);
  }

  abandon(attempt: Attempt): void {
    if (attempt === this.attempt) this.socket?.destroy(ABANDONED);
  }

  release(): void {
    this.reused = true;
    this.attempt = undefined;
    this.onFree();
  }

  private open(target: buildConnector.Options, ready: buildConnector.Callback): void {
    if (this.attempt === undefined || this.attempt.isOver) return ready(ABANDONED, null);
    if (this.hasConnected) return ready(LOST, null);
    this.hasConnected = true;
    this.reused = false;
    this.socket = this.connect(target, (...result) => {
      if (result[1]) {
        this.socket = result[1];
        this.continueFilter.attach(result[1]);
      }
      ready(...result);
    });
    return undefined;
  }
}

/** Where the status stands in `HTTP/1.1 100`. */
const [BEFORE_STATUS, AFTER_STATUS] = [9, 12];
const [CR, LF, TWO] = [0x0d, 0x0a, 0x32];

/**
 * Lets undici read over a `100 Continue`, at which it would end the connection: it sees a 102, which means as little.
 * Only what comes before the final answer is touched.
 *
 * @see RFC 9110, 15.2: a client must be able to parse any 1xx before the final answer, even if it expects none
 */
class ContinueFilter {
  private isFinal = true;
  private isStatusLine = true;
  /** What has come of the current line, as far as a status reaches. */
  private line = '';

  /** Filters what is read from the socket from now on. */
  attach(socket: Socket): void {
    const read = socket.read.bind(socket);
    socket.read = (size?: number): unknown => {
      const chunk: unknown = read(size);
      if (!this.isFinal && Buffer.isBuffer(chunk)) this.filter(chunk);
      return chunk;
    };
  }

  /** A request is sent: the next byte that is read begins an answer to it. */
  expectAnswer(): void {
    this.isFinal = false;
    this.isStatusLine = true;
    this.line = '';
  }

  /** Changes an interim 100 to 102 in place. A chunk can end anywhere in it. */
  private filter(chunk: Buffer): void {
    for (let at = 0; at < chunk.length && !this.isFinal; at += 1) {
      const byte = chunk[at] ?? LF;
      if (byte === CR) continue;
      if (byte === LF) {
        this.isStatusLine = this.line === ''; // after an empty line another answer begins
        this.line = '';
      } else if (this.line.length < AFTER_STATUS) {
        this.line += String.fromCharCode(byte);
        if (!this.isStatusLine || this.line.length <= BEFORE_STATUS) continue;
        const status = this.line.slice(BEFORE_STATUS);
        this.isFinal = !/^1\d*$/.test(status); // what is no digit, undici refuses
        if (status === '100') chunk[at] = TWO;
      }
    }
  }
}
