import { randomUUID } from 'node:crypto';
import type { GuardedStore } from './guarded-store.js';
import type { WebhookTimings } from './timings.js';
import { pause } from './waiting.js';

/**
 * Which of several instances works on an event. A store of `get` and `set` has no lock; this is the next best thing:
 * write one's name, wait until whoever saw no name has written theirs, and read whose name stands. An instance that
 * dies frees its events when the lease ends.
 */
export class EventLeases {
  private readonly instance = randomUUID();

  constructor(
    private readonly store: GuardedStore | undefined,
    private readonly timings: Pick<WebhookTimings, 'leaseMs' | 'settleMs'>,
    private readonly closing: AbortSignal,
  ) {}

  /** `false` while another instance has the event. A store that does not answer stops nobody. */
  async take(id: string): Promise<boolean> {
    if (this.store === undefined) return true;
    if (await this.isElsewhere(id)) return false;
    await this.renew(id);
    await pause(this.timings.settleMs, this.closing);
    return !(await this.isElsewhere(id));
  }

  async renew(id: string): Promise<void> {
    await this.store?.set(keyOf(id), this.instance, this.timings.leaseMs);
  }

  async release(id: string): Promise<void> {
    await this.store?.delete(keyOf(id));
  }

  private async isElsewhere(id: string): Promise<boolean> {
    const holder = await this.store?.get(keyOf(id));
    return typeof holder === 'string' && holder !== this.instance;
  }
}

function keyOf(id: string): string {
  return `ottu-webhook:running:${id}`;
}
