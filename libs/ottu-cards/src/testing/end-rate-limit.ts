import type { UserCardsService } from '../cards/user-cards.service.js';

/**
 * Ends the pause that a 429 or 503 with `Retry-After` began: the service's next call is sent at once. For tests and demos,
 * where the fake's pause would outlast the test. Against Ottu itself it would break the pause that Ottu asked for.
 */
export function endRateLimit(service: UserCardsService): void {
  service['transport'].endRateLimit(); // private, because an application must not be able to do this
}
