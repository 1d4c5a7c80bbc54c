/**
 * A card that a customer saved with a merchant, as Ottu's User Cards API describes it.
 *
 * @see Ottu's OpenAPI file, schema `Card`, seen 2026-11-20
 */
export interface SavedCard {
  /**
   * Names the card in pages, addresses and logs: 24 characters, the same in all instances and another one for each
   * customer. Made here, not by Ottu, from the module's `secret`: it changes with the API key unless `secret` is set,
   * and with the host. Set `secret` before you store ids.
   */
  readonly id: string;
  /**
   * Names the card to Ottu when it is charged or deleted: together with the key it can cost money, so it stays on the
   * server. At most 50 characters; often 16 digits, yet not a card number. In Ottu's sandbox the same for every customer.
   */
  readonly token: string;
  /** The merchant's own id of the customer: always the one that was asked for. */
  readonly customerId: string;
  /** `VISA`, `MASTERCARD`, …: an open set. `null` where Ottu does not know. */
  readonly brand: string | null;
  /** Masked, such as `**** 0026`; more than ten digits never get here. `null` where Ottu does not know. */
  readonly number: string | null;
  /** The last four digits of `number`; `null` where it does not end in four. */
  readonly last4: string | null;
  readonly nameOnCard: string | null;
  /** Two digits, `01` to `12`. */
  readonly expiryMonth: string;
  /** Two digits: `39` is 2039. */
  readonly expiryYear: string;
  /** The payment gateway code that the card belongs to; charging needs it together with the token. */
  readonly pgCode: string;
  /** The gateway behind `pgCode` (`mpgs`, `knet`, …): an open set. `null` where Ottu does not say. */
  readonly pgName: string | null;
  readonly isPreferred: boolean;
  readonly isExpired: boolean;
  /** Expires in this or the next month (UTC), by Ottu's word where it gives one, else by the expiry date. */
  readonly willExpireSoon: boolean;
  /** `false` means that the card may be charged without its holder present (auto-debit). */
  readonly cvvRequired: boolean;
  /** Ids of the auto-debit agreements that rest on this card. Where there are any, Ottu refuses to delete it. */
  readonly agreements: readonly string[];
}

/** Whose cards, and which of them. */
export interface ListCardsFilter {
  /** From the shop's own login, never from the request: Ottu gives this key any customer's cards. */
  readonly customerId: string;
  /** Only cards of these payment gateway codes. */
  readonly pgCodes?: readonly string[] | undefined;
  /** At most one card: the one last used for this agreement. */
  readonly agreementId?: string | undefined;
}

/** One card of one customer, by its token. A whole `SavedCard` is one. */
export interface CardReference {
  readonly customerId: string;
  readonly token: string;
  /** Not looked at: the token decides. */
  readonly id?: string | undefined;
  /** The card's own, where they are known: a delete that is refused then says that the card is locked. */
  readonly agreements?: readonly string[] | undefined;
}

/** One card of one customer, by its id: what a page or an address names. */
export interface CardIdReference {
  readonly customerId: string;
  readonly id: string;
  readonly token?: undefined;
  readonly agreements?: undefined;
}
