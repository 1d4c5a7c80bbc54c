import type { CardReference } from '../cards/saved-card.js';
import { OttuError } from '../errors/ottu.error.js';
import { confirmCard, type ConfirmationContext } from './card-confirmation.js';
import type { CardSavedEvent, OttuCardSavedHandler, UndeliveredCard } from './card-saved.event.js';
import type { EventLeases } from './event-leases.js';
import type { WebhookTimings } from './timings.js';
import { pause, within } from './waiting.js';

/** A webhook whose signature holds, and the card that it claims. */
export interface ProvenWebhook extends Omit<CardSavedEvent, 'card'> {
  readonly signature: string;
  readonly claimed: CardReference;
}

/** What all runs of one mounted webhook share. */
export interface RunContext extends ConfirmationContext {
  readonly handler: OttuCardSavedHandler;
  readonly leases: EventLeases;
  readonly timings: WebhookTimings;
  readonly onUndelivered: ((card: UndeliveredCard) => unknown) | undefined;
  readonly logger: Pick<Console, 'log' | 'warn' | 'error'>;
}

/** One event on its way to the handler: attempt after attempt, until it is done or given up. */
export class CardSavedRun {
  private event: CardSavedEvent | undefined;
  private isGivenUp = false;

  constructor(
    private readonly webhook: ProvenWebhook,
    private readonly context: RunContext,
  ) {}

  /** `true` when the event is done: handed on, now or before, or rightly dropped. Never rejects. */
  async finish(): Promise<boolean> {
    const { seen, leases, closing, timings } = this.context;
    const { id } = this.webhook;
    while (!(await seen.isDone(id))) {
      if (await leases.take(id)) return this.attempts();
      if (closing.aborted) return false; // the other instance has it
      await pause(timings.pollMs, closing);
    }
    return true;
  }

  /** At shutdown: tells the shop, and leaves the event to another instance. */
  async abandon(): Promise<void> {
    await this.giveUp('shutdown');
    await this.context.leases.release(this.webhook.id);
  }

  /** The first reason counts. */
  private async giveUp(reason: UndeliveredCard['reason'], error?: unknown): Promise<void> {
    if (this.isGivenUp) return;
    this.isGivenUp = true;
    const { logger, onUndelivered } = this.context;
    const { id, scheme, signed, claims } = this.webhook;
    logger.error(`Event ${id} was not handled (${reason})${why(error)}. Ottu does not send it again.`);
    try {
      await onUndelivered?.({ id, scheme, signed, claims, card: this.event?.card, reason, error });
    } catch (failure) {
      logger.error(`onUndelivered failed for event ${id}${why(failure)}.`);
    }
  }

  private async attempts(): Promise<boolean> {
    const { seen, leases } = this.context;
    const { id } = this.webhook;
    try {
      return (await seen.isDone(id)) || (await this.attemptAgainAndAgain()); // another instance may just be done
    } finally {
      await leases.release(id);
    }
  }

  private async attemptAgainAndAgain(): Promise<boolean> {
    const { timings, closing, logger } = this.context;
    for (const delayMs of [...timings.retryDelaysMs, undefined]) {
      try {
        await this.attempt();
        return true;
      } catch (error) {
        const reason = error instanceof HangingHandler ? 'hanging' : this.event ? 'handler' : 'confirmation';
        if (delayMs === undefined || reason === 'hanging') {
          await this.giveUp(reason, reason === 'hanging' ? undefined : error);
          return false;
        }
        logger.warn(`Event ${this.webhook.id}: the ${reason} failed${why(error)}. Trying again.`);
        await pause(delayMs, closing);
      }
    }
    return false;
  }

  private async attempt(): Promise<void> {
    const { seen, leases, handler, timings } = this.context;
    const { id, scheme, signed, claims, claimed, signature } = this.webhook;
    if (this.event === undefined) {
      const card = await confirmCard(claimed, signature, this.context);
      if (card === undefined) return;
      this.event = { id, scheme, card, signed, claims };
    }
    await leases.renew(id);
    const settled = await within(timings.handlerLimitMs, call(handler, this.event), { ref: false });
    if (settled === undefined) throw new HangingHandler();
    await seen.remember(id);
  }
}

class HangingHandler extends Error {}

/** A promise also where the handler throws before it makes one. */
async function call(handler: OttuCardSavedHandler, event: CardSavedEvent): Promise<void> {
  await handler.onCardSaved(event);
}

/** Our own errors hold nothing; what a handler throws may hold the card, so only its class is told. */
function why(error: unknown): string {
  if (error === undefined) return '';
  if (OttuError.is(error)) return ` with ${error.name}: ${error.message.replace(/\.$/, '')}`;
  const name = error instanceof Error ? error.constructor.name : typeof error;
  return ` with ${/^\w{1,60}$/.test(name) ? name : 'an error'}, whose message is not shown: it may hold the card`;
}
