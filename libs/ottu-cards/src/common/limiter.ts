/** What a request to Ottu is sent for: the method of `UserCardsService` that was called. */
export type OttuOperation = 'list' | 'find' | 'delete';

/**
 * As much of a limiter as is used: each limiter of rate-limiter-flexible, such as `RateLimiterRedis` or
 * `RateLimiterPostgres`, is one.
 */
export interface OttuLimiter {
  /**
   * Takes one point before each request to Ottu.
   *
   * @param key the origin of the merchant's Ottu account, such as `https://pay.shop.example`; never a customer
   * @param points 1
   * @param options what the request is for, so that a limiter can keep a reserve for deletes
   * @throws an `Error` when it cannot tell, and the request is sent; anything else when nothing is left, and it is not
   *   sent: `msBeforeNext` then says when to try again
   */
  consume(key: string, points: number, options: { readonly operation: OttuOperation }): Promise<unknown>;
}
