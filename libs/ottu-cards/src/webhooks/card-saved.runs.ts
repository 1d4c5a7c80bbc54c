import type { OnApplicationShutdown } from '@nestjs/common';
import { CardSavedRun, type ProvenWebhook, type RunContext } from './card-saved.run.js';
import type { GuardedStore } from './guarded-store.js';
import { within } from './waiting.js';

interface Running {
  readonly run: CardSavedRun;
  readonly finished: Promise<boolean>;
}

/** The events that are under way in this process. */
export class CardSavedRuns implements OnApplicationShutdown {
  private readonly running = new Map<string, Running>();

  constructor(
    private readonly context: RunContext,
    private readonly closing: AbortController,
    private readonly store: GuardedStore | undefined,
  ) {}

  /** Handles the event; a second delivery meanwhile joins the first. `false` when it could not be done. Never rejects. */
  async deliver(webhook: ProvenWebhook): Promise<boolean> {
    // With its customer: a replay that claims another one must not take the genuine delivery down with it.
    const key = JSON.stringify([webhook.id, webhook.claimed.customerId]);
    const running = this.running.get(key) ?? this.start(key, new CardSavedRun(webhook, this.context));
    return running.finished;
  }

  /**
   * Waits for what is still under way, without any more pauses, and gives up what takes too long. Later than
   * `onModuleDestroy`, which runs while webhooks are still coming in.
   */
  async onApplicationShutdown(): Promise<void> {
    const { shutdownMs } = this.context.timings;
    this.closing.abort();
    await within(shutdownMs, Promise.all(Array.from(this.running.values(), ({ finished }) => finished)));
    const left = Array.from(this.running.values(), async ({ run }) => run.abandon());
    await within(shutdownMs, Promise.all(left));
    this.store?.close();
  }

  private start(key: string, run: CardSavedRun): Running {
    const finished = run.finish().finally(() => this.running.delete(key));
    const running = { run, finished };
    this.running.set(key, running);
    return running;
  }
}
