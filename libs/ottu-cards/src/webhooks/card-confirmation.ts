import type { Logger } from '@nestjs/common';
import type { CardReference, SavedCard } from '../cards/saved-card.js';
import type { UserCardsService } from '../cards/user-cards.service.js';
import type { SeenEvents } from './seen-events.js';
import { pause } from './waiting.js';

/** What a confirmation asks, and how long it waits to ask again. */
export interface ConfirmationContext {
  readonly cards: Pick<UserCardsService, 'find'>;
  readonly seen: SeenEvents;
  readonly secondLookMs: number;
  readonly closing: AbortSignal;
  readonly logger: Pick<Logger, 'warn'>;
}

/**
 * Asks Ottu for the card that a webhook speaks of. A card that is not listed yet gets a second look.
 *
 * @returns `undefined` where Ottu does not list it, and where this signature has been asked for often enough
 * @throws what `UserCardsService.find` throws; that confirmation is not counted
 */
export async function confirmCard(
  claimed: CardReference,
  signature: string,
  { cards, seen, secondLookMs, closing, logger }: ConfirmationContext,
): Promise<SavedCard | undefined> {
  if (!(await seen.admit(signature))) {
    logger.warn('Dropped a webhook: its signature has been confirmed three times in 24 hours. It may be a replay.');
    return undefined;
  }
  try {
    const card = await cards.find(claimed);
    if (card !== undefined) return card;
    await pause(secondLookMs, closing);
    const later = await cards.find(claimed);
    if (later === undefined) logger.warn('Dropped a webhook: Ottu lists no such card for its customer.');
    return later;
  } catch (error) {
    await seen.giveBack(signature);
    throw error;
  }
}
