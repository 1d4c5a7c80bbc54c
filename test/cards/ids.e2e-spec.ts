import { Controller, Delete, Inject, Param, UseFilters } from '@nestjs/common';
import {
  OttuCardsModule,
  OttuErrorFilter,
  OttuInputError,
  OttuNotFoundError,
  OttuRefusedError,
  UserCardsService,
} from 'nestjs-ottu-cards';
import { cardCache } from 'nestjs-ottu-cards/cache';
import { aCard, type FakeOttu } from 'nestjs-ottu-cards/testing';
import { listen, send } from '../rest/shop.js';
import { closeAll, startContext, startFake } from '../support/application.js';
import { leaksOf } from '../support/leaks.js';

let fake: FakeOttu;

beforeEach(async () => {
  fake = await startFake();
});
afterEach(closeAll);

const customerId = 'customer-1';
const SECRET = 'obviously-false-obviously-false-obviously-false';

async function startService(options: object = {}): Promise<UserCardsService> {
  const module = OttuCardsModule.forRoot({ ...fake.options, maxRetries: 0, ...options });
  return (await startContext({ imports: [module] })).get(UserCardsService);
}

const idsOf = async (cards: UserCardsService, customer = customerId): Promise<string[]> =>
  (await cards.list({ customerId: customer })).map(({ id }) => id);

describe('an id', () => {
  it('has 24 characters for an address, and holds neither token nor customer', async () => {
    fake.saveSamples(customerId);
    const ids = await idsOf(await startService());
    expect(new Set(ids).size).toBe(6);
    expect(ids.filter((id) => !/^[\w-]{24}$/.test(id))).toEqual([]);
    const cards = fake.cardsOf(customerId).map(({ token }) => token);
    await expect(leaksOf(new Error(ids.join()), Object.fromEntries(cards.entries()))).resolves.toEqual([]);
  });

  it('is the same after a restart, in another instance, from a cache, and when the card is found', async () => {
    fake.save(aCard({ token: 'tok-1' }));
    const first = await startService();
    const [id = ''] = await idsOf(first);
    const cached = await startService({ cache: cardCache() });
    await idsOf(cached);
    expect([await idsOf(await startService()), await idsOf(cached)]).toEqual([[id], [id]]);
    await expect(first.find({ customerId, token: 'tok-1' })).resolves.toMatchObject({ id });
  });

  it('is another one for each customer, env, host, secret and API key', async () => {
    const other = await startFake();
    for (const ottu of [fake, other]) {
      for (const customer of [customerId, 'customer-2']) {
        ottu.save(aCard({ token: 'tok-1', customerId: customer }));
        ottu.save(aCard({ token: 'tok-1', customerId: customer }), 'production');
      }
    }
    const cards = await startService();
    const [otherSecret, production, elsewhere] = [
      await startService({ secret: SECRET }),
      await startService({ env: 'production' }),
      await startService({ baseUrl: other.url }),
    ];
    const all = [
      ...(await idsOf(cards)),
      ...(await idsOf(cards, 'customer-2')),
      ...(await idsOf(otherSecret)),
      ...(await idsOf(production)),
      ...(await idsOf(elsewhere)),
    ];
    expect([all.length, new Set(all).size]).toEqual([5, 5]);
  });

  it('outlives a change of the API key where there is a secret', async () => {
    fake.save(aCard());
    const keys = [fake.apiKey, fake.apiKey];
    const ids = await idsOf(await startService({ secret: SECRET }));
    await expect(
      startService({ secret: SECRET, apiKey: () => keys.pop() ?? '' }).then((it) => idsOf(it)),
    ).resolves.toEqual(ids);
  });

  it('keeps values apart that would be one text', async () => {
    fake.save(aCard({ customerId: 'ab', token: 'c' }));
    fake.save(aCard({ customerId: 'a', token: 'bc' }));
    const cards = await startService();
    expect(await idsOf(cards, 'ab')).not.toEqual(await idsOf(cards, 'a'));
  });
});

describe('by id', () => {
  it('a card is found and deleted, with one list before the delete', async () => {
    const kept = fake.save(aCard());
    fake.save(aCard({ token: 'tok-gone' }));
    const cards = await startService();
    const [, id = ''] = await idsOf(cards);
    await expect(cards.find({ customerId, id })).resolves.toMatchObject({ id, token: 'tok-gone' });

    fake.received.length = 0;
    await cards.delete({ customerId, id });
    expect(fake.received.map(({ method }) => method)).toEqual(['POST', 'DELETE']);
    expect(fake.cardsOf(customerId)).toEqual([kept]);
  });

  it.each(['..', '../payment-methods', 'tok%2f', 'x'.repeat(51)])(
    'nothing is deleted where Ottu lists the token %j, which would be another address',
    async (token) => {
      fake.save(aCard({ token }));
      const cards = await startService();
      const [id = ''] = await idsOf(cards);
      await expect(cards.delete({ customerId, id })).rejects.toMatchObject({ name: 'OttuBadResponseError' });
      expect(fake.received.map(({ method }) => method)).toEqual(['POST', 'POST']);
    },
  );

  it("another customer's card is none", async () => {
    const card = fake.save(aCard({ customerId: 'customer-2' }));
    const cards = await startService();
    const [id = ''] = await idsOf(cards, 'customer-2');
    await expect(cards.find({ customerId, id })).resolves.toBeUndefined();
    await expect(cards.delete({ customerId, id })).rejects.toThrow(OttuNotFoundError);
    expect(fake.cardsOf('customer-2')).toEqual([card]);
    expect(fake.received.map(({ method }) => method)).toEqual(['POST', 'POST', 'POST']);
  });

  it.each([5, '', 'x', 'x'.repeat(25), `${'x'.repeat(23)}.`, `${'x'.repeat(24)}\n`, null])(
    '%j is refused before anything is sent',
    async (id) => {
      const cards = await startService();
      for (const method of ['find', 'delete'] as const) {
        const error: unknown = await cards[method]({ customerId, id } as never).catch((caught: unknown) => caught);
        expect(OttuInputError.is(error) && error.fieldErrors).toEqual({
          id: ['must be the id of a card, as list() gives it'],
        });
      }
      expect(fake.received).toEqual([]);
    },
  );

  it('finding and deleting share one time limit', async () => {
    fake.save(aCard());
    const cards = await startService();
    const [id = ''] = await idsOf(cards);
    fake.next({ delayMs: 400 });
    fake.next({ delayMs: 400 });
    const started = performance.now();
    await expect(cards.delete({ customerId, id }, { timeoutMs: 600 })).rejects.toMatchObject({
      name: 'OttuDeleteUnknownError',
    });
    expect(performance.now() - started).toBeLessThan(600 + 500);
  });
});

it('where a whole card is given, its token decides', async () => {
  const card = fake.save(aCard({ token: 'tok-1' }));
  const cards = await startService();
  await expect(cards.find({ ...card, id: 'x'.repeat(24) })).resolves.toMatchObject({ token: 'tok-1' });
  await cards.delete(aCard({ token: 'tok-1' }));
  expect(fake.received.map(({ method }) => method)).toEqual(['POST', 'DELETE']);
});

describe('a refused delete of a card with agreements', () => {
  @Controller('own')
  @UseFilters(OttuErrorFilter)
  class OwnController {
    constructor(@Inject(UserCardsService) private readonly cards: UserCardsService) {}

    @Delete(':id')
    async delete(@Param('id') id: string): Promise<void> {
      await this.cards.delete({ customerId, id });
    }
  }

  it.each([400, 409, 422])(
    "says with %i that it is locked, to a controller of the shop's own as well",
    async (status) => {
      const card = fake.save(aCard({ agreements: ['AGREEMENT'] }));
      const cards = await startService();
      const [id = ''] = await idsOf(cards);
      const answer = { status, body: { detail: 'No.' } };
      fake.next(answer);
      const error: unknown = await cards.delete(card).catch((caught: unknown) => caught);
      expect(OttuRefusedError.is(error) && error).toMatchObject({
        cardLocked: true,
        status,
        detail: 'No.',
        attempts: 1,
      });

      const imports = [OttuCardsModule.forRoot({ ...fake.options, maxRetries: 0 })];
      const url = await listen({ imports, controllers: [OwnController] });
      fake.next({});
      fake.next(answer);
      await expect(send(`${url}/own/${id}`, 'DELETE')).resolves.toMatchObject({
        status: 409,
        body: { statusCode: 409, errorCode: 'card_locked' },
      });
    },
  );

  it('says nothing of a lock where agreements are not known, there are none, or the status means something else', async () => {
    const cards = await startService();
    const refusal = async (status: number, agreements?: readonly string[]) => {
      fake.next({ status, body: { detail: 'No.' } });
      const error: unknown = await cards
        .delete({ customerId, token: 'tok-1', agreements })
        .catch((caught: unknown) => caught);
      return OttuRefusedError.is(error) && 'cardLocked' in error;
    };
    expect([await refusal(400), await refusal(400, []), await refusal(405, ['A'])]).toEqual([false, false, false]);
  });
});

describe('arguments', () => {
  it.each<[call: (cards: UserCardsService) => Promise<unknown>, problem: object]>([
    [
      (cards) => cards.list({ customerId, pgcodes: ['knet'] } as never),
      { pgcodes: ['is not an option: did you mean pgCodes?'] },
    ],
    [
      (cards) => cards.find({ customerId, token: 'tok-1', customerID: 'customer-2' } as never),
      { customerID: ['is not an option: did you mean customerId?'] },
    ],
    [
      (cards) => cards.list({ customerId }, { timeout: 5 } as never),
      { timeout: ['is not an option: did you mean timeoutMs?'] },
    ],
    [(cards) => cards.list({ customerId }, { retries: 5 } as never), { retries: ['is not an option'] }],
  ])('that look misspelt, and unknown call options, are refused: %#', async (call, fieldErrors) => {
    const error: unknown = await call(await startService()).catch((caught: unknown) => caught);
    expect(OttuInputError.is(error) && error.fieldErrors).toEqual(fieldErrors);
    expect(fake.received).toEqual([]);
  });

  it('that are empty lists of pg codes ask for all, and are not sent', async () => {
    await (await startService()).list({ customerId, pgCodes: [] });
    expect(fake.received[0]?.body).toBe('{"type":"sandbox","customer_id":"customer-1"}');
  });

  it('take nothing from a polluted prototype', async () => {
    // oxlint-disable-next-line no-extend-native -- this is the attack
    Object.defineProperty(Object.prototype, 'pgCodes', { value: ['knet'], configurable: true, writable: true });
    try {
      await (await startService()).list({ customerId });
    } finally {
      Reflect.deleteProperty(Object.prototype, 'pgCodes');
    }
    expect(fake.received[0]?.body).toBe('{"type":"sandbox","customer_id":"customer-1"}');
  });
});
