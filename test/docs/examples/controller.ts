// #region controller
import { type CanActivate, type ExecutionContext, Injectable, Module } from '@nestjs/common';
import { ThrottlerGuard, ThrottlerModule } from '@nestjs/throttler';
import { OttuCardsModule } from 'nestjs-ottu-cards';

interface SignedIn {
  readonly user?: { readonly id: string };
}

/** Your own login guard. */
@Injectable()
class LoginGuard implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    return context.switchToHttp().getRequest<SignedIn>().user !== undefined;
  }
}

/** Counts requests by customer: one customer cannot use the quota of all customers. */
@Injectable()
class CustomerThrottlerGuard extends ThrottlerGuard {
  protected override async getTracker(request: SignedIn): Promise<string> {
    return Promise.resolve(request.user?.id ?? 'nobody');
  }
}

/** For each route, and each customer. */
const LIMITS = [
  { ttl: 60_000, limit: 20 },
  { name: 'day', ttl: 24 * 60 * 60_000, limit: 300 },
];

@Module({
  imports: [
    OttuCardsModule.forRoot({
      apiKey: process.env['OTTU_API_KEY'] ?? '',
      env: 'production',
      merchantId: 'pay.shop.example',
      controller: {
        path: 'wallet/cards',
        guards: [LoginGuard, CustomerThrottlerGuard],
        customerId: (context) => context.switchToHttp().getRequest<SignedIn>().user?.id,
        imports: [ThrottlerModule.forRoot(LIMITS)], // what the guards inject
      },
    }),
  ],
})
export class WalletModule {}
// #endregion
