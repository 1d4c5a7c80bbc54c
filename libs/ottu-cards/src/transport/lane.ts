import { type buildConnector, Client, type Dispatcher } from 'undici';
import type { Carrier, Exchange } from './exchange.js';

/** Shorter than the 5 s after which common servers close an idle socket themselves. */
const IDLE_MS = 4_000;

/** A socket, or what is becoming one. */
export interface Line {
  readonly destroyed: boolean;
  destroy(error?: Error): unknown;
}

/** Opens a connection, and gives at once what can be destroyed meanwhile. */
export type Connect = (target: buildConnector.Options, ready: buildConnector.Callback) => Line;

/** Ends a line whose exchange is over. One for all: it is never shown, and an Error per abort is dear. */
const DROPPED = new Error('dropped');

/** undici would connect again and again while nothing has been written; an attempt connects once. */
const LOST = Object.assign(new Error('closed before the request was sent'), { code: 'ECONNRESET' });

/** Carries one exchange at a time, on one socket that stays open in between. */
export class Lane implements Carrier {
  used = false;

  private line: Line | undefined;
  private exchange: Exchange | undefined;
  private hasConnected = false;
  private readonly client: Client;

  constructor(
    origin: string,
    private readonly connect: Connect,
    private readonly onFree: (lane: Lane) => void,
  ) {
    this.client = new Client(origin, {
      keepAliveTimeout: IDLE_MS,
      keepAliveMaxTimeout: IDLE_MS,
      headersTimeout: 0, // each exchange has its own deadline
      bodyTimeout: 0,
      connect: (target, ready) => this.open(target, ready),
    });
  }

  get isOpen(): boolean {
    return this.line?.destroyed === false;
  }

  carry(exchange: Exchange, request: Dispatcher.DispatchOptions): void {
    exchange.carrier = this;
    this.exchange = exchange;
    this.hasConnected = false;
    if (exchange.needsFreshSocket) this.line?.destroy(); // undici connects anew once it has closed
    this.client.dispatch(request, exchange);
  }

  drop(exchange: Exchange): void {
    if (exchange === this.exchange) this.line?.destroy(DROPPED);
  }

  release(): void {
    this.used = true;
    this.exchange = undefined;
    this.onFree(this);
  }

  async destroy(): Promise<void> {
    const closed = this.client.destroy();
    this.line?.destroy(DROPPED); // undici leaves a connecting socket open
    await closed;
  }

  private open(target: buildConnector.Options, ready: buildConnector.Callback): void {
    if (this.exchange === undefined || this.exchange.isOver) return ready(DROPPED, null);
    if (this.hasConnected) return ready(LOST, null);
    this.hasConnected = true;
    this.used = false;
    this.line = this.connect(target, (...result) => {
      if (result[1] !== null) this.line = result[1];
      ready(...result);
    });
    return undefined;
  }
}
