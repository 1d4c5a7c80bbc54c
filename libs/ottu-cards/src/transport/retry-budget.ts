const FULL = 10;
const EARNED_PER_SUCCESS = 0.1;

/** Keeps an outage from tripling the load: each retry costs a token, ten successes earn one, ten are the most. */
export class RetryBudget {
  private tokens = FULL;

  /** Takes a token; `false` when there is none. */
  spend(): boolean {
    if (this.tokens < 1) return false;
    this.tokens -= 1;
    return true;
  }

  earn(): void {
    // rounded, or a hundred tenths would be less than ten
    this.tokens = Math.min(FULL, Math.round((this.tokens + EARNED_PER_SUCCESS) * 10) / 10);
  }
}
