import type { SavedCard } from '../cards/saved-card.js';
import type { WebhookScheme } from './signed-values.wire.js';

/** A customer saved a card while paying. */
export interface CardSavedEvent {
  /**
   * The same for every delivery of this event: the key to work with where doing it twice would harm. A hash of the
   * signature and the card, it tells neither.
   */
  readonly id: string;
  /** The scheme that the signature held under; it decides what stands in `signed`. */
  readonly scheme: WebhookScheme;
  /** As Ottu listed it when asked for it, never as the webhook described it. Proven. */
  readonly card: SavedCard;
  /** What the signature covers. Proven to come from Ottu, though not when: a replay says the same. */
  readonly signed: SignedFields;
  /** The rest of the payload. **Proven by nothing**: whoever replays a webhook may have written it. */
  readonly claims: WebhookClaims;
}

/** Takes the events; register its class as `handler`. */
export interface OttuCardSavedHandler {
  /**
   * Called at least once for each saved card, and mostly once: bear a second call with the same `event.id`. When it
   * throws it is called again, three times in all.
   */
  onCardSaved(event: CardSavedEvent): void | Promise<void>;
}

/** The rest of a payload by Ottu's names in camelCase (`paymentType`, `isSandbox`); what lies deeper is as it came. */
export type WebhookClaims = Readonly<Record<string, unknown>>;

/**
 * Exactly the texts that were signed. `undefined` where the payload has none, and where the scheme does not sign it:
 * `agreement`, `extra`, `paymentType`, `sessionId` and `token` are signed by the subscription scheme alone.
 *
 * The standard scheme joins names and values without a mark between them. Whoever holds one genuine webhook of it can
 * move a border, so that one field takes the beginning of the next; only where `result` begins and ends is certain.
 */
export interface SignedFields {
  readonly amount: string | undefined;
  readonly currencyCode: string | undefined;
  readonly customerAddressCity: string | undefined;
  readonly customerAddressCountry: string | undefined;
  readonly customerAddressLine1: string | undefined;
  readonly customerAddressLine2: string | undefined;
  readonly customerAddressPostalCode: string | undefined;
  readonly customerAddressState: string | undefined;
  readonly customerEmail: string | undefined;
  readonly customerFirstName: string | undefined;
  readonly customerLastName: string | undefined;
  readonly customerPhone: string | undefined;
  readonly gatewayAccount: string | undefined;
  readonly gatewayName: string | undefined;
  readonly orderNo: string | undefined;
  readonly referenceNumber: string | undefined;
  /** Always `success` in an event. */
  readonly result: string | undefined;
  readonly state: string | undefined;
  readonly agreement: { readonly id: string | undefined };
  readonly extra: {
    readonly merchantId: string | undefined;
    readonly autopay: { readonly subscriptionId: string | undefined };
  };
  /** `one_off`, `auto_debit`, `save_card`, `auto_pay`, …: an open set. */
  readonly paymentType: string | undefined;
  readonly sessionId: string | undefined;
  readonly token: {
    readonly customerId: string | undefined;
    readonly pgCode: string | undefined;
    readonly token: string | undefined;
  };
}

/** A genuine event that the handler did not finish. Ottu does not send it again. */
export interface UndeliveredCard extends Omit<CardSavedEvent, 'card'> {
  /** `undefined` where Ottu could not be asked: then no more is proven than `signed`. */
  readonly card: SavedCard | undefined;
  /**
   * `confirmation`: Ottu could not be asked for the card. `handler`: every call of the handler threw. `hanging`: the
   * handler did not settle within a minute. `shutdown`: the application closed before it was done.
   */
  readonly reason: 'confirmation' | 'handler' | 'hanging' | 'shutdown';
  /** What the last attempt threw; the handler's own error may hold anything. `undefined` where nothing was thrown. */
  readonly error: unknown;
}
