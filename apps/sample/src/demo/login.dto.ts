import { ApiProperty } from '@nestjs/swagger';
import { IsIn } from 'class-validator';
import { DEMO_CUSTOMERS, type DemoCustomer } from './demo-customers.js';

export class LoginDto {
  @ApiProperty({ enum: DEMO_CUSTOMERS })
  @IsIn(DEMO_CUSTOMERS)
  readonly customer: DemoCustomer = 'layla';
}

/** Who is signed in, and who could. */
export interface LoginState {
  readonly signedIn: DemoCustomer | null;
  readonly customers: readonly DemoCustomer[];
}
