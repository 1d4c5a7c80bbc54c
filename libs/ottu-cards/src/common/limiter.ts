/**
 * As much of a limiter as is used: `RateLimiterRedis`, `RateLimiterPostgres` and the others of `rate-limiter-flexible`
 * are such limiters.
 */
export interface OttuLimiter {
  /**
   * Takes `points` of what `key` has left; asked before every request to Ottu. Rejects when there is not enough left,
   * with `msBeforeNext` where the time is known.
   */
  consume(key: string, points: number, options: { readonly operation: 'list' | 'delete' }): Promise<unknown>;
}
