import { LRUCache } from 'lru-cache';
import type { SavedCard } from '../cards/saved-card.js';
import type { UserCardsService } from '../cards/user-cards.service.js';
import type { Deadline } from '../common/deadline.js';
import { type CardClaim, claimId, REMEMBERED } from './webhook-queue.js';

/** Different cards that one signature can claim: a replay can change the card. `bullQueue` has a place for each. */
const MAX_CARDS = 3;
/** With those that Ottu could not be asked for. */
const MAX_TRIED = 6;

/** What is known of a claimed card. */
type Finding = 'asked' | 'failed' | 'listed' | 'not listed';

/** Ottu's list decides: what a webhook says of a card is not always signed. */
export class CardConfirmation {
  /** What was claimed with each signature in the last 24 hours, by a hash of the card. */
  private readonly claims = new LRUCache<string, Map<string, Finding>>(REMEMBERED);

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
   * @throws what `UserCardsService.find` throws; the claim then counts no longer, but for `MAX_TRIED`
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
    if (known.get(id) !== 'listed') known.set(id, 'asked');
    this.claims.set(signatureId, known);
    try {
      let card = await this.cards.find({ customerId, token });
      if (card === undefined) {
        await deadline.sleep(this.secondLookMs);
        card = await this.cards.find({ customerId, token });
      }
      known.set(id, card ? 'listed' : 'not listed');
      if (card === undefined) this.logger.warn('Dropped a saved card: Ottu lists no such card for its customer.');
      return card;
    } catch (error) {
      if (known.get(id) === 'asked') known.set(id, 'failed');
      throw error;
    }
  }
}

function isAdmitted(known: ReadonlyMap<string, Finding>, id: string): boolean {
  const finding = known.get(id);
  if (finding !== undefined && finding !== 'failed') return true;
  const findings = Array.from(known.values());
  if (findings.includes('listed')) return false;
  if (finding === 'failed') return true; // it may be the genuine one: three replays do not shut it out
  return known.size < MAX_TRIED && findings.filter((it) => it !== 'failed').length < MAX_CARDS;
}
