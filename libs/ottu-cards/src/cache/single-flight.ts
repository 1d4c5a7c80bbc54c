import type { Deadline } from '../common/deadline.js';
import { OttuTimeoutError } from '../errors/errors.js';
import { OttuError } from '../errors/ottu.error.js';

/** Sends the request that its callers share. */
type Send<T> = (limits: { readonly signal: AbortSignal; readonly timeoutMs: number }) => Promise<T>;

/** A request whose time ends so shortly after its caller's ends with it. */
const SAME_MOMENT_MS = 10;

/** Lets callers of the same key share one request, each within its own deadline and with its own error. */
export class SingleFlight<T> {
  private readonly flights = new Map<string, Flight<T>>();

  /** @param timeoutMs what a request is given at least, however little time the caller has for whom it is sent */
  constructor(private readonly timeoutMs: number) {}

  /**
   * The shared answer; `undefined` when the caller's deadline ended before. A caller who came late, and has time left
   * when the request times out, asks again, together with the others who came late.
   */
  async join(key: string, caller: Deadline, send: Send<T>): Promise<{ readonly value: T } | undefined> {
    for (;;) {
      const running = this.flights.get(key);
      try {
        return await (running ?? this.start(key, caller, send)).wait(caller);
      } catch (error) {
        const asksAgain = running !== undefined && OttuTimeoutError.is(error) && !caller.ended;
        if (!asksAgain) throw ownCopy(error);
      }
    }
  }

  private start(key: string, caller: Deadline, send: Send<T>): Flight<T> {
    const timeoutMs = Math.max(this.timeoutMs, caller.timeoutMs);
    const over = (): void => {
      if (this.flights.get(key) === flight) this.flights.delete(key);
    };
    const flight = new Flight(send, timeoutMs, over);
    this.flights.set(key, flight);
    return flight;
  }
}

/** One request and those who wait for it. */
class Flight<T> {
  private readonly controller = new AbortController();
  private readonly endsAt: number;
  private readonly answer: Promise<T>;
  private callers = 0;

  /** @param over called when nobody may join any more */
  constructor(
    send: Send<T>,
    timeoutMs: number,
    private readonly over: () => void,
  ) {
    this.endsAt = performance.now() + timeoutMs;
    this.answer = send({ signal: this.controller.signal, timeoutMs }).finally(over);
    this.answer.catch(nothing); // all callers may have gone
  }

  async wait(caller: Deadline): Promise<{ readonly value: T } | undefined> {
    this.callers += 1;
    try {
      const answered = await caller.race(() => this.answer);
      const endsToo = caller.ended === 'timeout' && performance.now() > this.endsAt - SAME_MOMENT_MS;
      return answered ?? (endsToo ? { value: await this.answer } : undefined); // its error knows the attempts
    } finally {
      this.callers -= 1;
      if (this.callers === 0) this.abandon();
    }
  }

  private abandon(): void {
    this.over();
    this.controller.abort(); // without effect on a request that has its answer
  }
}

/** Callers may change their error or log its stack: none sees another's. */
function ownCopy(error: unknown): unknown {
  if (!OttuError.is(error)) return error;
  const { message, attempts, status, detail, fieldErrors, retryAfterMs } = error;
  const facts = { attempts, status, detail, fieldErrors: structuredClone(fieldErrors), retryAfterMs };
  return Reflect.construct(error.constructor, [message, facts]);
}

function nothing(): void {
  // the callers hear of it through the promise itself
}
