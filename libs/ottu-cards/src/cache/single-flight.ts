import { OttuTimeoutError } from '../errors/errors.js';
import { OttuError } from '../errors/ottu.error.js';
import type { Patience } from './patience.js';

/** Sends the request that a flight shares. */
type Send<T> = (limits: { readonly signal: AbortSignal; readonly timeoutMs: number }) => Promise<T>;

/** Lets callers of the same key share one request, each within its own patience and with its own error. */
export class SingleFlight<T> {
  private readonly flights = new Map<string, Flight<T>>();

  /** @param timeoutMs what a request is given at least, however hasty the caller it is sent for */
  constructor(private readonly timeoutMs: number) {}

  async join(key: string, caller: Patience, send: Send<T>): Promise<T> {
    const flight = this.flights.get(key) ?? this.start(key, send);
    try {
      return await flight.carry(caller);
    } catch (error) {
      throw ownCopy(error);
    }
  }

  private start(key: string, send: Send<T>): Flight<T> {
    const flight = new Flight(send, this.timeoutMs, () => {
      if (this.flights.get(key) === flight) this.flights.delete(key);
    });
    this.flights.set(key, flight);
    return flight;
  }
}

class Flight<T> {
  private readonly callers = new Set<Patience>();
  /** Those who came after the current request was sent: it may be too short for them. */
  private readonly latecomers = new Set<Patience>();
  private readonly controller = new AbortController();
  private outcome: Promise<T> | undefined;
  private landed = false;

  constructor(
    private readonly send: Send<T>,
    private readonly timeoutMs: number,
    private readonly over: () => void,
  ) {}

  async carry(caller: Patience): Promise<T> {
    this.callers.add(caller);
    this.latecomers.add(caller);
    this.outcome ??= this.fly();
    try {
      return await caller.race(this.outcome);
    } finally {
      this.callers.delete(caller);
      this.latecomers.delete(caller);
      if (this.callers.size === 0 && !this.landed) this.abandon();
    }
  }

  /** One request; another when its deadline, as long as any known when it was sent, is too short for who came later. */
  private async fly(): Promise<T> {
    try {
      for (;;) {
        let { timeoutMs } = this;
        for (const caller of this.latecomers) timeoutMs = Math.max(timeoutMs, caller.timeoutMs);
        this.latecomers.clear();
        try {
          return await this.send({ signal: this.controller.signal, timeoutMs });
        } catch (error) {
          if (this.latecomers.size === 0 || !OttuTimeoutError.is(error)) throw error;
        }
      }
    } finally {
      this.landed = true;
      this.over();
    }
  }

  private abandon(): void {
    this.over(); // nobody may join what is being aborted
    this.controller.abort();
  }
}

/** Callers may add to their error or log its stack: none may see another's. */
function ownCopy(error: unknown): unknown {
  if (!OttuError.is(error)) return error;
  const { message, attempts, status, detail, fieldErrors, retryAfterMs } = error;
  return Reflect.construct(error.constructor, [message, { attempts, status, detail, fieldErrors, retryAfterMs }]);
}
