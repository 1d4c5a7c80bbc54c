import { IsBoolean, IsIn, Matches } from 'class-validator';
import { DEMO_CUSTOMERS, type DemoCustomer } from '../demo/demo-customers.js';

const MOODS = ['well', 'slow', 'down', 'limited'] as const;

export type Mood = (typeof MOODS)[number];

export class MoodDto {
  @IsIn(MOODS)
  readonly mood: Mood = 'well';
}

export class NewCardDto {
  @IsIn(DEMO_CUSTOMERS)
  readonly customer: DemoCustomer = 'layla';

  @Matches(/^[A-Z]{2,32}$/)
  readonly brand: string = '';

  @Matches(/^\d{4}$/)
  readonly last4: string = '';

  @IsBoolean()
  readonly isLocked: boolean = false;
}
