import type { Deadline } from '../common/deadline.js';
import { OttuTimeoutError, OttuUnavailableError } from '../errors/errors.js';
import { OttuError } from '../errors/ottu.error.js';

/** Sends the request that its callers share. */
type Send<T> = (limits: { readonly signal: AbortSignal; readonly timeoutMs: number }) => Promise<T>;

/** One request and those who wait for it. */
interface Flight<T> {
  readonly answer: Promise<T>;
  readonly controller: AbortController;
  readonly endsAt: number;
  callers: number;
}

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
        return await this.wait(key, running ?? this.start(key, caller, send), caller);
      } catch (error) {
        const asksAgain = running !== undefined && OttuTimeoutError.is(error) && !caller.ended;
        if (!asksAgain) throw ownCopy(error);
      }
    }
  }

  private start(key: string, caller: Deadline, send: Send<T>): Flight<T> {
    const timeoutMs = Math.max(this.timeoutMs, caller.timeoutMs);
    const controller = new AbortController();
    const endsAt = performance.now() + timeoutMs;
    const answer = send({ signal: controller.signal, timeoutMs }).finally(() => this.end(key, flight));
    answer.catch(() => undefined); // all callers may have gone; those who wait hear of it through the promise itself
    const flight = { answer, controller, endsAt, callers: 0 };
    this.flights.set(key, flight);
    return flight;
  }

  private async wait(key: string, flight: Flight<T>, caller: Deadline): Promise<{ readonly value: T } | undefined> {
    flight.callers += 1;
    try {
      const answered = await caller.race(() => flight.answer);
      const endsToo = caller.ended === 'timeout' && performance.now() > flight.endsAt - SAME_MOMENT_MS;
      return answered ?? (endsToo ? { value: await flight.answer } : undefined); // its error knows the attempts
    } finally {
      flight.callers -= 1;
      if (flight.callers === 0) {
        this.end(key, flight);
        flight.controller.abort(); // without effect on a request that has its answer
      }
    }
  }

  /** From now on nobody joins it. */
  private end(key: string, flight: Flight<T>): void {
    if (this.flights.get(key) === flight) this.flights.delete(key);
  }
}

/** Callers may change their error or log its stack: none sees another's. */
function ownCopy(error: unknown): unknown {
  if (!OttuError.is(error)) return error;
  const { message, attempts, status, detail, fieldErrors, retryAfterMs } = error;
  const facts = { attempts, status, detail, fieldErrors: structuredClone(fieldErrors), retryAfterMs };
  const known = OttuUnavailableError.is(error) ? { ...facts, retryable: error.retryable } : facts; // elsewhere the class says it
  return Reflect.construct(error.constructor, [message, known]);
}
