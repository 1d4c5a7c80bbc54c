import { OttuConfigError, OttuInputError, OttuNotFoundError } from '../errors/errors.js';
import type { OttuError } from '../errors/ottu.error.js';

/** How calls to Ottu have gone lately, as this process has seen it. */
export interface UserCardsStatus {
  /** How long calls fail without a request, because Ottu asked for a pause. Absent when it did not. */
  readonly rateLimitedForMs?: number;
  readonly lastSuccessAt?: Date;
  /** The last failure, also where calls have succeeded since; `error` is its class. */
  readonly lastFailure?: { readonly error: string; readonly at: Date };
  /** Failures since the last success. */
  readonly failuresInARow: number;
}

/** Counts calls that Ottu or the network ended. */
export class CallStatus {
  private lastSuccessAt: Date | undefined;
  private lastFailure: UserCardsStatus['lastFailure'];
  private failuresInARow = 0;

  succeeded(): void {
    this.lastSuccessAt = new Date();
    this.failuresInARow = 0;
  }

  /** Leaves out what says nothing of Ottu: wrong arguments, a card that is not there, a request that was never sent. */
  failed(error: OttuError): void {
    if (OttuInputError.is(error) || OttuNotFoundError.is(error)) return;
    if (error.attempts === 0 && !OttuConfigError.is(error)) return;
    this.lastFailure = { error: error.name, at: new Date() };
    this.failuresInARow += 1;
  }

  read(rateLimitedForMs: number | undefined): UserCardsStatus {
    const { lastSuccessAt, lastFailure, failuresInARow } = this;
    return {
      ...(rateLimitedForMs !== undefined && { rateLimitedForMs }),
      ...(lastSuccessAt && { lastSuccessAt }),
      ...(lastFailure && { lastFailure }),
      failuresInARow,
    };
  }
}
