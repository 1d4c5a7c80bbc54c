import type { Logger } from '@nestjs/common';
import { within } from './waiting.js';
import type { WebhookStore } from './webhook-store.js';

/** A shop's store that can neither throw nor hang: an event is rather handled twice than lost. */
export class GuardedStore {
  private isMissed = false;
  private isClosed = false;

  constructor(
    private readonly store: WebhookStore,
    private readonly limitMs: number,
    private readonly logger: Pick<Logger, 'warn' | 'log'>,
  ) {}

  /** `undefined` also where the store does not answer. */
  async get(key: string): Promise<unknown> {
    return this.attempt(() => this.store.get(key));
  }

  async set(key: string, value: string | number, ttlMs: number): Promise<void> {
    await this.attempt(() => this.store.set(key, value, ttlMs));
  }

  async delete(key: string): Promise<void> {
    await this.attempt(() => this.store.delete(key));
  }

  /** For what outlives the application: another call could connect the store anew. */
  close(): void {
    this.isClosed = true;
  }

  private async attempt(call: () => unknown): Promise<unknown> {
    if (this.isClosed) return undefined;
    const answer = await within(this.limitMs, settle(call)).catch(() => undefined);
    if (answer === undefined && !this.isMissed) {
      this.logger.warn('The store does not answer: until it does, instances may hand on the same event each.');
    }
    if (answer !== undefined && this.isMissed) this.logger.log('The store answers again.');
    this.isMissed = answer === undefined;
    return answer?.value;
  }
}

/** A promise also where `call` throws before it makes one. */
async function settle(call: () => unknown): Promise<unknown> {
  return call();
}
