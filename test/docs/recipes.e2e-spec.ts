import { once } from 'node:events';
import { jest } from '@jest/globals';
import { Inject, Injectable, Module, type Type, UseFilters } from '@nestjs/common';
import { ExternalContextCreator } from '@nestjs/core';
import { WsAdapter } from '@nestjs/platform-ws';
import { Test } from '@nestjs/testing';
import { SubscribeMessage, WebSocketGateway } from '@nestjs/websockets';
import { OTTU_CARDS_OPTIONS, OttuCardsModule, UserCardsService } from 'nestjs-ottu-cards';
import { aCard } from 'nestjs-ottu-cards/testing';
import { type MessageEvent, WebSocket } from 'undici';
import { closeAll, closeWithTest, startCards, startContext, startFake } from '../support/application.js';
import { WalletService } from './examples/cards.js';
import { CheckoutController } from './examples/error-filter.js';
import { CardRemoval } from './examples/errors.js';
import { ExpiryReminders } from './examples/expiring-cards.js';
import { Wallet } from './examples/from-ottu-py.js';
import { CardsErrorFilter } from './examples/graphql.js';
import { CardSuggestions } from './examples/time-limit.js';
import { CardsSocketFilter } from './examples/websockets.js';

const customerId = 'customer-1';

/** Lets everybody through. */
class Throttler {
  canActivate(): boolean {
    return true;
  }
}

@Module({})
class Throttling {
  static forRoot(): Type {
    return Throttling;
  }
}

afterEach(closeAll);

describe('modules of the guides', () => {
  const KEY = 'fakefake.00000000000000000000000000000000';
  const variables = {
    OTTU_API_KEY: KEY,
    OTTU_KUWAIT_API_KEY: KEY,
    OTTU_QATAR_API_KEY: KEY,
    OTTU_ENV: 'sandbox',
    OTTU_MERCHANT_ID: 'pay.shop.example',
    OTTU_CARDS_SECRET: '0'.repeat(32),
  };
  const before = { ...process.env };
  beforeAll(() => void Object.assign(process.env, variables));
  afterAll(() => void (process.env = before));

  it.each<[file: string, read: () => Promise<Type>]>([
    ['wiring', async () => (await import('./examples/wiring.js')).CheckoutModule],
    ['config-service', async () => (await import('./examples/config-service.js')).ConfiguredModule],
    ['options-class', async () => (await import('./examples/options-class.js')).OptionsClassModule],
    ['rotating-key', async () => (await import('./examples/rotating-key.js')).RotatingKeyModule],
    ['several-merchants', async () => (await import('./examples/several-merchants.js')).SeveralMerchantsModule],
    ['from-ottu-py.client', async () => (await import('./examples/from-ottu-py.client.js')).AppModule],
  ])('boots that of %s', async (_file, read) => {
    await expect(startContext({ imports: [await read()] })).resolves.toBeDefined();
  });

  it('lists at both merchants', async () => {
    const { GulfWallet } = await import('./examples/several-merchants.js');
    const [kuwait, qatar] = [await startCards(), await startCards()];
    kuwait.fake.save(aCard({ customerId, last4: '0001' }));
    qatar.fake.save(aCard({ customerId, last4: '0002' }));
    const cards = await new GulfWallet(kuwait.cards, qatar.cards).all(customerId);
    expect(cards.map(({ last4 }) => last4)).toEqual(['0001', '0002']);
  });

  it('lets a signed-in customer list and delete, and nobody else', async () => {
    // @nestjs/throttler is CommonJS and requires Nest's ES modules: Node can do that, Jest on Node 20 cannot.
    jest.unstable_mockModule('@nestjs/throttler', () => ({ ThrottlerGuard: Throttler, ThrottlerModule: Throttling }));
    const { WalletModule } = await import('./examples/controller.js');
    const fake = await startFake();
    const module = await Test.createTestingModule({ imports: [WalletModule] })
      .overrideProvider(OTTU_CARDS_OPTIONS)
      .useValue(fake.options)
      .compile();
    const app = module.createNestApplication({ logger: false });
    closeWithTest(() => app.close());
    app.use((request: { headers: Record<string, string>; user?: object }, _response: object, next: () => void) => {
      if (request.headers['x-login']) request.user = { id: request.headers['x-login'] };
      next();
    });
    await app.listen(0, '127.0.0.1');
    const address = `${await app.getUrl()}/wallet/cards`;
    const card = fake.save(aCard({ customerId }));

    expect((await fetch(address)).status).toBe(403);
    const headers = { 'x-login': customerId };
    const [shown, ...others] = (await (await fetch(address, { headers })).json()) as { id: string }[];
    expect(others).toEqual([]);
    expect(shown).toMatchObject({ last4: card.last4 });
    expect(shown).not.toHaveProperty('token');
    const left = await fetch(`${address}/${shown?.id}`, { method: 'DELETE', headers: { 'x-login': 'customer-2' } });
    expect(left.status).toBe(404);
    expect((await fetch(`${address}/${shown?.id}`, { method: 'DELETE', headers })).status).toBe(204);
    expect(fake.cardsOf(customerId)).toEqual([]);
  });
});

describe('the guide to cards', () => {
  it('lists, finds and deletes', async () => {
    const { fake, cards } = await startCards();
    fake.saveSamples(customerId);
    const wallet = new WalletService(cards);
    const all = await wallet.all(customerId);
    expect(all).toHaveLength(6);
    expect(all[0]?.isPreferred).toBe(true);
    const found = await wallet.ofGateways(customerId);
    expect(new Set(found.map(({ pgCode }) => pgCode))).toEqual(new Set(['credit-card', 'knet']));
    expect((await wallet.ofAgreement(customerId, 'AGREEMENT-1'))?.agreements).toEqual(['AGREEMENT-1']);

    const id = all[0]?.id ?? '';
    await expect(wallet.one(customerId, id)).resolves.toEqual(all[0]);
    await wallet.remove(customerId, id);
    await expect(wallet.one(customerId, id)).resolves.toBeUndefined();
  });

  it('describes a card with exactly its fields', async () => {
    const { readFileSync } = await import('node:fs');
    const guide = readFileSync(new URL('../../docs/cards.md', import.meta.url), 'utf8');
    const [, shown = '{}'] = /```json\n([^]*?)```/.exec(guide) ?? [];
    const { fake, cards } = await startCards();
    fake.save(aCard({ customerId }));
    const [card = {}] = await cards.list({ customerId });
    const described: object = JSON.parse(shown);
    expect(Object.keys(described).toSorted()).toEqual(Object.keys(card).toSorted());
  });

  it('gives a call less time', async () => {
    const { fake, cards } = await startCards();
    fake.always({ delayMs: 60_000 });
    const controller = new AbortController();
    const call = new CardSuggestions(cards).forCheckout(customerId, controller.signal);
    controller.abort(new Error('the customer has left'));
    await expect(call).rejects.toThrow('the customer has left');
  });

  it('moves the calls of ottu-py', async () => {
    const { fake, cards } = await startCards();
    fake.saveSamples(customerId);
    const wallet = new Wallet(cards);
    const [card] = await wallet.list(customerId);
    await wallet.delete(customerId, card?.token ?? '');
    expect(fake.cardsOf(customerId)).toHaveLength(5);
    await expect(wallet.get(customerId)).resolves.toMatchObject({ agreements: ['AGREEMENT-1'] });
  });
});

describe('the guide to errors', () => {
  it('lists again after a delete whose outcome is unknown', async () => {
    const { fake, cards } = await startCards({ maxRetries: 0 });
    fake.save(aCard({ customerId }));
    const [card] = await cards.list({ customerId });
    fake.next({});
    fake.next({ status: 500 });
    await expect(new CardRemoval(cards).remove(customerId, card?.id ?? '')).resolves.toEqual([card]);
  });

  it('hands on what else goes wrong', async () => {
    const { fake, cards } = await startCards();
    fake.always({ status: 401 });
    await expect(new CardRemoval(cards).remove(customerId, 'A'.repeat(24))).rejects.toThrow('Check apiKey');
  });

  it("answers in the shop's own routes", async () => {
    const fake = await startFake();
    const imports = [OttuCardsModule.forRoot({ ...fake.options, maxRetries: 0 })];
    const module = await Test.createTestingModule({ imports, controllers: [CheckoutController] }).compile();
    const app = module.createNestApplication({ logger: false });
    closeWithTest(() => app.close());
    await app.listen(0, '127.0.0.1');
    const address = `${await app.getUrl()}/checkout/has-cards`;

    expect(await (await fetch(address)).json()).toEqual({ hasCards: false });
    fake.always({ status: 503 });
    const answer = await fetch(address);
    expect(answer.status).toBe(502);
    expect(await answer.json()).toMatchObject({ errorCode: 'provider_unavailable' });
  });
});

describe('the guide to GraphQL', () => {
  @Injectable()
  @UseFilters(CardsErrorFilter)
  class CardsResolver {
    constructor(private readonly cards: UserCardsService) {}

    async removeCard(): Promise<boolean> {
      await this.cards.delete({ customerId, id: 'A'.repeat(24) });
      return true;
    }
  }

  it('gives an error with the code among its extensions, which @nestjs/graphql hands to GraphQL.js', async () => {
    const fake = await startFake();
    const context = await startContext({
      imports: [OttuCardsModule.forRoot(fake.options)],
      providers: [CardsResolver],
    });
    const resolver = context.get(CardsResolver);
    const removeCard = context
      .get(ExternalContextCreator, { strict: false })
      .create(
        resolver,
        () => resolver.removeCard(),
        'removeCard',
        undefined,
        undefined,
        undefined,
        undefined,
        undefined,
        'graphql',
      );

    await expect(removeCard()).rejects.toMatchObject({
      message: 'There is no such card.',
      extensions: { code: 'card_not_found', statusCode: 404 },
    });
  });
});

describe('the filter of a WebSocket gateway', () => {
  @WebSocketGateway()
  @UseFilters(CardsSocketFilter)
  class CardsGateway {
    constructor(@Inject(UserCardsService) private readonly cards: UserCardsService) {}

    @SubscribeMessage('remove')
    remove(): Promise<void> {
      return this.cards.delete({ customerId, id: 'A'.repeat(24) });
    }
  }

  it('sends the code to the client, and the application goes on', async () => {
    const fake = await startFake();
    const imports = [OttuCardsModule.forRoot(fake.options)];
    const module = await Test.createTestingModule({ imports, providers: [CardsGateway] }).compile();
    const app = module.createNestApplication();
    app.useWebSocketAdapter(new WsAdapter(app));
    await app.listen(0, '127.0.0.1');
    closeWithTest(() => app.close());

    const socket = new WebSocket((await app.getUrl()).replace('http', 'ws'));
    closeWithTest(async () => socket.close());
    await once(socket, 'open');
    for (const event of ['remove', 'remove']) {
      socket.send(JSON.stringify({ event }));
      const [message] = (await once(socket, 'message')) as [MessageEvent<string>];
      const data = { statusCode: 404, errorCode: 'card_not_found', message: 'There is no such card.' };
      expect(JSON.parse(message.data)).toEqual({ event: 'exception', data });
    }
  });
});

describe('the reminder job', () => {
  /** The shop's own tables. */
  class Reminders {
    readonly checked = new Set<string>();
    readonly reminded: string[] = [];

    constructor(private readonly customers: readonly string[]) {}

    customersToCheck = (): Promise<string[]> =>
      Promise.resolve(this.customers.filter((customer) => !this.checked.has(customer)));
    markChecked = async (customer: string): Promise<void> => void this.checked.add(customer);
    isNew = (card: { readonly id: string }): Promise<boolean> => Promise.resolve(!this.reminded.includes(card.id));
    remind = async (card: { readonly id: string }): Promise<void> => void this.reminded.push(card.id);
  }

  it('reminds of each card once, with one request for each customer', async () => {
    const { fake, cards } = await startCards();
    const customers = ['customer-1', 'customer-2', 'customer-3'];
    for (const customer of customers) fake.saveSamples(customer);
    const job = new ExpiryReminders(cards);
    const store = new Reminders(customers);
    await job.run(store);
    expect(store.reminded).toHaveLength(3);
    expect(fake.received).toHaveLength(3);

    store.checked.clear(); // the next day
    await job.run(store);
    expect(store.reminded).toHaveLength(3);
  });

  it('ends with the first request that Ottu refuses for its key', async () => {
    const { fake, cards } = await startCards();
    fake.always({ status: 401 });
    await expect(new ExpiryReminders(cards).run(new Reminders(['customer-1', 'customer-2']))).rejects.toThrow('401');
    expect(fake.received).toHaveLength(1);
  });

  it('ends when Ottu asks for a long pause, and goes on with those who are left', async () => {
    const { fake, cards } = await startCards();
    fake.saveSamples('customer-2');
    const store = new Reminders(['customer-1', 'customer-2']);
    fake.next({});
    fake.next({ status: 429, headers: { 'retry-after': '3600' } });
    await new ExpiryReminders(cards).run(store);
    expect([...store.checked]).toEqual(['customer-1']);

    const later = await startCards();
    later.fake.saveSamples('customer-2');
    await new ExpiryReminders(later.cards).run(store);
    expect(store.reminded).toHaveLength(1);
  });
});
