import type { SavedCard } from '../cards/saved-card.js';

/** A saved card as its owner sees it: without the token, and without the customer, who is the one that asks. */
export class OttuSavedCardDto implements Omit<SavedCard, 'customerId' | 'token'> {
  declare readonly id: string;
  declare readonly brand: string | null;
  declare readonly number: string | null;
  declare readonly last4: string | null;
  declare readonly nameOnCard: string | null;
  declare readonly expiryMonth: string;
  declare readonly expiryYear: string;
  declare readonly pgCode: string;
  declare readonly pgName: string | null;
  declare readonly isPreferred: boolean;
  declare readonly isExpired: boolean;
  declare readonly willExpireSoon: boolean;
  declare readonly cvvRequired: boolean;
  declare readonly agreements: readonly string[];

  static from({ customerId: _owner, token: _secret, ...card }: SavedCard): OttuSavedCardDto {
    return Object.assign(new OttuSavedCardDto(), card);
  }

  /** @internal read by `@nestjs/swagger` where an application has it */
  static _OPENAPI_METADATA_FACTORY(): object {
    return {
      id: { ...text, description: 'Names the card when it is deleted.' },
      brand: { ...textOrNull, example: 'VISA' },
      number: { ...textOrNull, example: '**** 0026', description: 'Masked.' },
      last4: { ...textOrNull, example: '0026' },
      nameOnCard: textOrNull,
      expiryMonth: { ...text, example: '01' },
      expiryYear: { ...text, example: '39' },
      pgCode: { ...text, example: 'credit-card', description: 'The payment gateway code the card belongs to.' },
      pgName: { ...textOrNull, example: 'mpgs' },
      isPreferred: flag,
      isExpired: flag,
      willExpireSoon: { ...flag, description: 'In this or the next month.' },
      cvvRequired: { ...flag, description: 'false: may be charged without its holder present.' },
      agreements: { required: true, type: () => [String], description: 'While there are any, the card is locked.' },
    };
  }
}

const text = { required: true, type: () => String };
const textOrNull = { ...text, nullable: true };
const flag = { required: true, type: () => Boolean };
