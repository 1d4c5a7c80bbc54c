const BRAND = Symbol.for('nestjs-ottu-cards.error');

/** Messages by Ottu's own field names, at most 50 fields with 10 messages of 200 characters each. */
export type OttuFieldErrors = Readonly<Record<string, readonly string[]>>;

/** What is known about a failure besides its class and its sentence. */
export interface OttuErrorFacts {
  readonly attempts?: number;
  readonly status?: number | undefined;
  readonly detail?: string | undefined;
  readonly fieldErrors?: OttuFieldErrors | undefined;
  readonly retryAfterMs?: number | undefined;
  readonly cardLocked?: boolean | undefined;
}

/**
 * The parent of everything this library throws, an aborted signal's own reason apart. Holds no key, token, customer
 * id or body, and no `cause`: it may be logged as it is.
 */
export abstract class OttuError extends Error {
  /** Whether the failure may pass by itself, so that the same call may succeed later. */
  abstract readonly retryable: boolean;
  /**
   * How many attempts the call's last request took, those without a connection included; 0 when it was refused on this
   * machine, and when the time of a cached list ended while the request that it shared went on.
   */
  readonly attempts: number;
  /** The HTTP status of Ottu's last answer. */
  declare readonly status?: number;
  /** Ottu's own sentence, with this call's key, token and customer id and every long run of digits cut out. */
  declare readonly detail?: string;
  declare readonly fieldErrors?: OttuFieldErrors;
  /** How long Ottu asked to be left alone, in milliseconds. */
  declare readonly retryAfterMs?: number;
  /** `true` where a delete was refused and the card is known to have agreements: another card must be chosen first. */
  declare readonly cardLocked?: boolean;

  constructor(message: string, { attempts = 0, ...facts }: OttuErrorFacts = {}) {
    super(message);
    this.attempts = attempts;
    for (const [name, value] of Object.entries(facts)) {
      if (value !== undefined) Object.defineProperty(this, name, { value, enumerable: true });
    }
    Object.defineProperty(this, BRAND, { value: true });
  }

  /**
   * Tells an error of this class, or of this family when asked of `OttuError`. Unlike `instanceof` it also holds when
   * an application loads the library twice, once as an ES module and once as CommonJS.
   */
  static is<T extends OttuError>(this: abstract new (...args: never[]) => T, error: unknown): error is T {
    if (!(error instanceof Error) || !(BRAND in error)) return false;
    return this.prototype.name === OttuError.prototype.name || error.name === this.prototype.name;
  }

  toJSON(): Record<string, unknown> {
    return { name: this.name, message: this.message, ...Object.fromEntries(Object.entries(this)) };
  }
}
