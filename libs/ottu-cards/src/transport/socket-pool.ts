import type { Dispatcher } from 'undici';
import type { Exchange } from './exchange.js';
import { type Connect, Lane } from './lane.js';

/** Sockets that one module instance opens at most, shared by all its calls. */
const MAX_SOCKETS = 50;

/**
 * At most fifty lanes, and an orderly queue before them. An exchange that ends while it waits or connects leaves
 * nothing behind, which undici's own pool does not promise.
 */
export class SocketPool {
  private readonly lanes: Lane[] = [];
  private readonly free: Lane[] = [];
  private readonly waiting = new Map<Exchange, Dispatcher.DispatchOptions>();
  private isClosed = false;

  constructor(
    private readonly origin: string,
    private readonly connect: Connect,
  ) {}

  carry(exchange: Exchange, request: Dispatcher.DispatchOptions): void {
    if (this.isClosed || exchange.isOver) return exchange.refuse();
    exchange.carrier = { used: false, drop: () => this.waiting.delete(exchange), release: () => undefined };
    this.waiting.set(exchange, request);
    this.serve();
  }

  async destroy(): Promise<void> {
    this.isClosed = true;
    for (const exchange of this.waiting.keys()) exchange.refuse();
    this.waiting.clear();
    await Promise.all(this.lanes.map((lane) => lane.destroy()));
  }

  private serve(): void {
    for (const [exchange, request] of this.waiting) {
      const lane = this.take(exchange.needsFreshSocket);
      if (lane === undefined) return;
      this.waiting.delete(exchange);
      lane.carry(exchange, request);
    }
  }

  private take(needsFreshSocket: boolean): Lane | undefined {
    const fitting = this.free.findLastIndex(({ isOpen }) => isOpen !== needsFreshSocket);
    if (fitting !== -1) return this.free.splice(fitting, 1)[0];
    return (needsFreshSocket ? this.add() : undefined) ?? this.free.pop() ?? this.add();
  }

  private add(): Lane | undefined {
    if (this.lanes.length === MAX_SOCKETS) return undefined;
    const lane = new Lane(this.origin, this.connect, (freed) => {
      this.free.push(freed);
      queueMicrotask(() => this.serve()); // not while undici is still at it
    });
    this.lanes.push(lane);
    return lane;
  }
}
