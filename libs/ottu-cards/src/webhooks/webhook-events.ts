import type { SavedCard } from '../cards/saved-card.js';
import type { WebhookScheme } from './webhook-signature.wire.js';

/** A payment of which Ottu tells, whatever became of it. */
export interface PaymentEvent {
  /**
   * The same for every delivery of this event: the key to work with where doing it twice would harm. A hash, from which
   * nothing can be read.
   */
  readonly id: string;
  /** The scheme that the signature held under; it decides what stands in `signed`. */
  readonly scheme: WebhookScheme;
  /**
   * `success`, `failed`, `pending`, `canceled`, `error`, `cod`, …: an open set. Proven. `undefined` where the
   * subscription scheme signed none.
   */
  readonly result: string | undefined;
  /** `paid`, `authorized`, `failed`, …: an open set. Proven. `undefined` where none was signed. */
  readonly state: string | undefined;
  /** What the signature covers. Proven to come from Ottu, though not when: a replay says the same. */
  readonly signed: SignedFields;
  /** The rest of the payload. **Proven by nothing**: whoever replays a webhook may have written it. */
  readonly claims: WebhookClaims;
}

/** A successful payment with a card that Ottu lists for its customer. The payment used that card **or** saved it. */
export interface SavedCardEvent extends PaymentEvent {
  /** As Ottu listed it when asked for it, never as the webhook described it. Proven. */
  readonly card: SavedCard;
}

/** Takes the events, with at least one of its methods; register its class as `handler`. */
export interface OttuWebhookHandler {
  /**
   * Called at least once for every genuine webhook, and mostly once: a second call with the same `event.id` must change
   * nothing. When it throws it is called again.
   */
  onPayment?(event: PaymentEvent): void | Promise<void>;
  /**
   * Called as `onPayment` is, for each success whose card Ottu lists. Ottu does not tell a new card from an old one:
   * compare with the cards that you know.
   */
  onSavedCard?(event: SavedCardEvent): void | Promise<void>;
}

/** Which method of the handler an event is for. Each has its own attempts. */
export type WebhookMethod = 'onPayment' | 'onSavedCard';

/** A genuine event with which one method of the handler did not finish. Ottu does not send it again. */
export interface UndeliveredEvent {
  /** With the card where Ottu had confirmed it. */
  readonly event: PaymentEvent & { readonly card?: SavedCard | undefined };
  readonly method: WebhookMethod;
  readonly reason: UndeliveredReason;
  /** What the last attempt threw; the handler's own error may hold anything. `undefined` where nothing was thrown. */
  readonly error: unknown;
}

/**
 * `confirmation`: Ottu could not be asked for the card. `handler`: every call of the method threw. `hanging`: the method
 * did not settle within a minute. `shutdown`: the application closed before it was done. `stalled`: the instances that
 * worked on it ended each time (with a queue only).
 */
export type UndeliveredReason = 'confirmation' | 'handler' | 'hanging' | 'shutdown' | 'stalled';

/** The rest of a payload by Ottu's names in camelCase (`paymentType`, `isSandbox`); what lies deeper is as it came. */
export type WebhookClaims = Readonly<Record<string, unknown>>;

/**
 * Exactly the texts that were signed. `undefined` where the payload has none, and where the scheme does not sign it:
 * `agreement`, `extra`, `paymentType`, `sessionId` and `token` are signed by the subscription scheme alone.
 *
 * The standard scheme joins names and values without a mark between them. So that nobody moves a border, a value that
 * holds the name of another field, one with an underscore, is refused.
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
