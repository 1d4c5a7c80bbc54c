import {
  type CanActivate,
  type ExecutionContext,
  Injectable,
  type INestApplication,
  type ModuleMetadata,
  UnauthorizedException,
} from '@nestjs/common';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';
import { OttuCardsModule, type OttuCardsControllerOptions } from 'nestjs-ottu-cards';
import type { FakeOttu } from 'nestjs-ottu-cards/testing';
import { closeWithTest } from '../support/application.js';

export type Adapter = 'express' | 'fastify';

interface SignedIn {
  headers: Record<string, string | undefined>;
  customer?: string;
}

/** A login that believes the header `x-session`: `session-of-<customer>`. */
@Injectable()
export class LoginGuard implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    const request = context.switchToHttp().getRequest<SignedIn>();
    const [, customer] = /^session-of-(.+)$/.exec(request.headers['x-session'] ?? '') ?? [];
    if (customer === undefined) throw new UnauthorizedException();
    request.customer = decodeURIComponent(customer);
    return true;
  }
}

export const CONTROLLER: OttuCardsControllerOptions = {
  path: 'wallet/cards',
  guards: [LoginGuard],
  customerId: (context) => context.switchToHttp().getRequest<SignedIn>().customer,
};

export interface ShopOptions {
  readonly adapter?: Adapter;
  readonly controller?: Partial<OttuCardsControllerOptions>;
  readonly options?: object;
  readonly imports?: NonNullable<ModuleMetadata['imports']>;
  readonly providers?: NonNullable<ModuleMetadata['providers']>;
  readonly controllers?: NonNullable<ModuleMetadata['controllers']>;
  /** Prefixes, versioning, pipes: whatever an application sets up before it listens. */
  readonly setUp?: (app: INestApplication) => unknown;
}

/** A shop with the mounted controller that listens until the test ends; gives its address. */
export async function startShop(fake: FakeOttu, shop: ShopOptions = {}): Promise<string> {
  const mounted = OttuCardsModule.forRoot({
    ...fake.options,
    maxRetries: 0,
    ...shop.options,
    controller: { ...CONTROLLER, ...shop.controller },
  });
  const { imports = [], providers = [], controllers = [] } = shop;
  return listen({ imports: [mounted, ...imports], providers, controllers }, shop);
}

export async function listen(
  metadata: ModuleMetadata,
  { adapter = 'express', setUp }: ShopOptions = {},
): Promise<string> {
  const module = await Test.createTestingModule(metadata).compile();
  const app =
    adapter === 'express'
      ? module.createNestApplication()
      : module.createNestApplication<NestFastifyApplication>(new FastifyAdapter());
  app.useLogger(false);
  setUp?.(app);
  closeWithTest(() => app.close());
  await app.listen(0, '127.0.0.1');
  return app.getUrl();
}

export interface Answer {
  readonly status: number;
  readonly body: unknown;
  readonly headers: Record<string, string>;
  readonly text: string;
}

export type Init = Pick<RequestInit, 'body'> & { headers?: Record<string, string> };

/** Sends a request as this customer, or as nobody. */
export async function send(url: string, method: string, customer?: string, init: Init = {}): Promise<Answer> {
  const session = customer === undefined ? {} : { 'x-session': `session-of-${encodeURIComponent(customer)}` };
  const response = await fetch(url, { ...init, method, headers: { ...session, ...init.headers } });
  const text = await response.text();
  const isJson = response.headers.get('content-type')?.startsWith('application/json') ?? false;
  const body: unknown = isJson ? JSON.parse(text) : text;
  return { status: response.status, body, text, headers: Object.fromEntries(response.headers) };
}
