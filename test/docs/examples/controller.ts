import { type CanActivate, type ExecutionContext, Injectable, Module } from '@nestjs/common';
import { ThrottlerGuard, ThrottlerModule } from '@nestjs/throttler';
import { OttuCardsModule } from 'nestjs-ottu-cards';

interface SignedIn {
  readonly user?: { readonly id: string };
}

/** Stands for the shop's own login. */
@Injectable()
class LoginGuard implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    return context.switchToHttp().getRequest<SignedIn>().user !== undefined;
  }
}

@Module({ providers: [LoginGuard], exports: [LoginGuard] })
class LoginModule {}

const account = {
  apiKey: process.env['OTTU_API_KEY'] ?? '',
  env: 'production',
  merchantId: 'pay.shop.example',
} as const;

// #region controller
/** Counts by customer, so that one of them cannot spend the quota of all. */
@Injectable()
class CustomerThrottlerGuard extends ThrottlerGuard {
  protected override async getTracker(request: SignedIn): Promise<string> {
    return Promise.resolve(request.user?.id ?? 'nobody');
  }
}

@Module({
  imports: [
    OttuCardsModule.forRoot({
      ...account,
      controller: {
        path: 'wallet/cards',
        guards: [LoginGuard, CustomerThrottlerGuard],
        customerId: (context) => context.switchToHttp().getRequest<SignedIn>().user?.id,
        imports: [LoginModule, ThrottlerModule.forRoot([{ ttl: 60_000, limit: 20 }])],
      },
    }),
  ],
})
export class WalletModule {}
// #endregion
