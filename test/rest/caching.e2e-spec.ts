import {
  type CallHandler,
  type ExecutionContext,
  Get,
  Controller,
  Inject,
  Injectable,
  type NestInterceptor,
} from '@nestjs/common';
import { APP_INTERCEPTOR, HttpAdapterHost, Reflector } from '@nestjs/core';
import { aCard } from 'nestjs-ottu-cards/testing';
import { type Observable, of, tap } from 'rxjs';
import { closeAll, startFake } from '../support/application.js';
import { type Adapter, send, startShop } from './shop.js';

afterEach(closeAll);

/** Works by the rules of `CacheInterceptor` of `@nestjs/cache-manager` 3: keyed by address, unless metadata give a key. */
@Injectable()
class AddressCache implements NestInterceptor {
  private readonly answers = new Map<string, unknown>();

  constructor(
    @Inject(Reflector) private readonly reflector: Reflector,
    @Inject(HttpAdapterHost) private readonly host: HttpAdapterHost,
  ) {}

  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const key = this.keyOf(context);
    if (key === undefined) return next.handle();
    if (this.answers.has(key)) return of(this.answers.get(key));
    return next.handle().pipe(tap((answer) => this.answers.set(key, answer)));
  }

  private keyOf(context: ExecutionContext): string | undefined {
    const given: unknown = this.reflector.get('cache_module:cache_key', context.getHandler());
    if (typeof given === 'function') return (given as (it: ExecutionContext) => string | undefined)(context);
    return typeof given === 'string' ? given : this.host.httpAdapter.getRequestUrl(context.switchToHttp().getRequest());
  }
}

@Controller('visits')
class VisitsController {
  private visits = 0;

  @Get()
  count(): number {
    return (this.visits += 1);
  }
}

it.each<[Adapter]>([['express'], ['fastify']])(
  'an interceptor that keeps answers by address does not keep lists on %s',
  async (adapter) => {
    const fake = await startFake();
    const providers = [{ provide: APP_INTERCEPTOR, useClass: AddressCache }];
    const shop = await startShop(fake, { adapter, providers, controllers: [VisitsController] });
    const names = async (customer: string) =>
      ((await send(`${shop}/wallet/cards`, 'GET', customer)).body as { nameOnCard: string }[]).map(
        (it) => it.nameOnCard,
      );
    for (const customerId of ['customer-1', 'customer-2']) fake.save(aCard({ customerId, nameOnCard: customerId }));

    expect([await names('customer-1'), await names('customer-2')]).toEqual([['customer-1'], ['customer-2']]);
    const visits = [await send(`${shop}/visits`, 'GET'), await send(`${shop}/visits`, 'GET')];
    expect(visits.map(({ text }) => text)).toEqual(['1', '1']); // it does keep other answers
  },
);
