const PROBE_EVERY_MS = 5 * 60_000;

type State = { readonly closed: false } | { readonly closed: true; readonly until: number; readonly nextProbe: number };

/**
 * After Ottu asked for a pause too long to wait for, further calls fail here instead of there, until the pause is over
 * or any other answer shows that it is. One call every five minutes is let through to see.
 */
export class QuotaGate {
  private state: State = { closed: false };

  constructor(private readonly logger: Pick<Console, 'log' | 'warn'>) {}

  /** The milliseconds left to wait; `undefined` lets the call through. Ask right before sending: it may spend the probe. */
  waitMs(now: number): number | undefined {
    const { state } = this;
    if (!state.closed) return undefined;
    if (now >= state.until) {
      this.state = { closed: false };
      return undefined;
    }
    if (now < state.nextProbe) return state.until - now;
    this.state = { ...state, nextProbe: now + PROBE_EVERY_MS };
    return undefined;
  }

  close(forMs: number, now: number): void {
    if (!this.state.closed) this.logger.warn(`gate closed for ${Math.ceil(forMs / 1000)} s, as Ottu asked`);
    this.state = { closed: true, until: now + forMs, nextProbe: now + PROBE_EVERY_MS };
  }

  /** Any answer but a request for a pause shows that calls are welcome again. */
  heard(status: number): void {
    if (!this.state.closed || status === 429 || status === 503) return;
    this.logger.log('gate opened');
    this.state = { closed: false };
  }
}
