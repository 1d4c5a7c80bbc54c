import { type LineLogger, logLine } from './observability.js';

const PROBE_EVERY_MS = 5 * 60_000;

interface Pause {
  readonly until: number;
  readonly nextProbe: number;
}

/**
 * After Ottu asked for a pause too long to wait for, further calls fail here instead of there, until the pause is over
 * or any other answer shows that it is. One call every five minutes is let through to see. All times are those of one
 * clock that never jumps.
 */
export class RateLimitGate {
  private pause: Pause | undefined;

  constructor(private readonly logger: Pick<LineLogger, 'log' | 'warn'>) {}

  /** The milliseconds that the pause still lasts; `undefined` when there is none. */
  remainingMs(now: number): number | undefined {
    return this.pause && now < this.pause.until ? this.pause.until - now : undefined;
  }

  /** The milliseconds that a call would have to wait; `undefined` would let it through. Changes nothing. */
  peekMs(now: number): number | undefined {
    return this.pause && now < this.pause.nextProbe ? this.remainingMs(now) : undefined;
  }

  /** As `peekMs`, for a call that is sent right after it: this may spend the probe. */
  waitMs(now: number): number | undefined {
    const waitMs = this.peekMs(now);
    if (this.pause === undefined || waitMs !== undefined) return waitMs;
    if (now >= this.pause.until) this.open();
    else this.pause = { ...this.pause, nextProbe: now + PROBE_EVERY_MS };
    return undefined;
  }

  /** Of two pauses the longer one holds: nobody comes back earlier than he was asked to. */
  close(forMs: number, now: number): void {
    if (this.pause === undefined) this.logger.warn(logLine('gate-closed', { forMs }));
    this.pause = { until: Math.max(now + forMs, this.pause?.until ?? 0), nextProbe: now + PROBE_EVERY_MS };
  }

  /** Any answer but a request for a pause shows that calls are welcome again. */
  onResponse(status: number): void {
    if (this.pause !== undefined && status !== 429 && status !== 503) this.open();
  }

  private open(): void {
    this.pause = undefined;
    this.logger.log(logLine('gate-opened'));
  }
}
