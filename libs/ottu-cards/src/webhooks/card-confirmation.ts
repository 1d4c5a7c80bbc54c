import { createHash } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import type { CardReference, SavedCard } from '../cards/saved-card.js';
import type { UserCardsService } from '../cards/user-cards.service.js';
import type { Deadline } from '../common/deadline.js';

const DAY_MS = 24 * 60 * 60_000;
const MAX_SIGNATURES = 100_000;
const MAX_CARDS = 3;

/** The card that a webhook claims, and the signature that it came with. */
export interface CardClaim extends CardReference {
  /** A hash that all webhooks of one signature share. */
  readonly signatureId: string;
}

/** What is known of a claimed card. */
type Finding = 'asked' | 'listed' | 'not listed';

/** Ottu's list decides: what a webhook says of a card is not always signed. */
export class CardConfirmation {
  /** What was claimed with each signature in the last 24 hours, by a hash of the card. */
  private readonly claims = new LRUCache<string, Map<string, Finding>>({ max: MAX_SIGNATURES, ttl: DAY_MS });

  constructor(
    private readonly cards: Pick<UserCardsService, 'find'>,
    private readonly secondLookMs: number,
    private readonly logger: Pick<Console, 'warn'>,
  ) {}

  /**
   * Asks Ottu for the card, a second time where it does not list it yet. One signature is good for three different cards
   * until one of them is listed: a replay can put any card into a webhook of the standard scheme.
   *
   * @returns `undefined` where the claim is dropped
   * @throws what `UserCardsService.find` throws; the claim then counts no longer
   */
  async confirm(claim: CardClaim, deadline: Deadline): Promise<SavedCard | undefined> {
    const { signatureId, customerId, token } = claim;
    const known = this.claims.get(signatureId) ?? new Map<string, Finding>();
    const id = claimId(claim);
    if (known.get(id) === 'not listed') return undefined;
    if (!isAdmitted(known, id)) {
      this.logger.warn(
        'Dropped a saved card: its webhook has come with another card that Ottu lists, or with three others. It may be a replay.',
      );
      return undefined;
    }
    this.claims.set(signatureId, known.set(id, 'asked'));
    try {
      const card = (await this.cards.find({ customerId, token })) ?? (await this.lookAgain(claim, deadline));
      known.set(id, card ? 'listed' : 'not listed');
      if (card === undefined) this.logger.warn('Dropped a saved card: Ottu lists no such card for its customer.');
      return card;
    } catch (error) {
      known.delete(id);
      throw error;
    }
  }

  private async lookAgain({ customerId, token }: CardReference, deadline: Deadline): Promise<SavedCard | undefined> {
    await deadline.sleep(this.secondLookMs);
    return this.cards.find({ customerId, token });
  }
}

/** Names a claimed card among those of one signature. */
export function claimId({ signatureId, customerId, token }: CardClaim): string {
  return createHash('sha256')
    .update(JSON.stringify([signatureId, customerId, token]))
    .digest('hex');
}

function isAdmitted(known: ReadonlyMap<string, Finding>, id: string): boolean {
  if (known.has(id)) return true;
  return known.size < MAX_CARDS && !Array.from(known.values()).includes('listed');
}
