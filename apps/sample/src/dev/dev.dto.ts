import { IsBoolean, IsIn, Matches } from 'class-validator';
import { DEMO_CUSTOMERS, type DemoCustomer } from '../demo/demo-customers.js';

const MOODS = ['well', 'slow', 'down', 'limited', 'refusing'] as const;

export type Mood = (typeof MOODS)[number];

export class MoodDto {
  @IsIn(MOODS)
  readonly mood: Mood = 'well';
}

const SCHEMES = ['standard', 'subscription'] as const;
const KINDS = ['genuine', 'forged', 'doubled'] as const;

export class WebhookDto {
  @IsIn(DEMO_CUSTOMERS)
  readonly customer: DemoCustomer = 'layla';

  @IsIn(SCHEMES)
  readonly scheme: (typeof SCHEMES)[number] = 'standard';

  @IsIn(KINDS)
  readonly kind: (typeof KINDS)[number] = 'genuine';
}

/** Of a card only its brand and last digits: even a fake page asks for no card number. */
export class PaymentDto {
  @Matches(/^[A-Z]{2,32}$/)
  readonly brand: string = '';

  @Matches(/^\d{4}$/)
  readonly last4: string = '';

  @IsBoolean()
  readonly saveCard: boolean = true;
}

export class NewCardDto {
  @IsIn(DEMO_CUSTOMERS)
  readonly customer: DemoCustomer = 'layla';

  @Matches(/^[A-Z]{2,32}$/)
  readonly brand: string = '';

  @Matches(/^\d{4}$/)
  readonly last4: string = '';

  @Matches(/^[a-z][a-z-]{1,31}$/)
  readonly pgCode: string = 'credit-card';

  @IsBoolean()
  readonly isLocked: boolean = false;
}
