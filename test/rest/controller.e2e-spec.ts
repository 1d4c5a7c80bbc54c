import type { ServerResponse } from 'node:http';
import { Controller, Get, Logger, Res, UseFilters } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { ExecutionContextHost } from '@nestjs/core/helpers/execution-context-host.js';
import { jest } from '@jest/globals';
import { OttuErrorFilter, OttuNotFoundError } from 'nestjs-ottu-cards';
import { aCard, type FakeCard, type FakeOttu } from 'nestjs-ottu-cards/testing';
import { closeAll, startFake } from '../support/application.js';
import { CANARIES, leaksIn } from '../support/leaks.js';
import { WIRE_CARD } from '../support/wire-card.js';
import { type Adapter, type Answer, listen, send, startShop } from './shop.js';

let fake: FakeOttu;

beforeEach(async () => {
  fake = await startFake();
});
afterEach(closeAll);

/** What a customer sees of a card that was saved: an id instead of token and owner. */
const shown = ({ customerId: _owner, token: _secret, ...card }: FakeCard) => ({ ...card, id: expect.any(String) });
const ADAPTERS: [Adapter][] = [['express'], ['fastify']];

/** The ids that a customer sees. */
async function idsOf(url: string, customer: string): Promise<string[]> {
  return ((await send(url, 'GET', customer)).body as { id: string }[]).map(({ id }) => id);
}

describe.each(ADAPTERS)('on %s', (adapter) => {
  it("lists the signed-in customer's cards, preferred ones first, without customer and token, never to be cached", async () => {
    const url = `${await startShop(fake, { adapter })}/wallet/cards`;
    const [plain, preferred] = [fake.save(aCard()), fake.save(aCard({ isPreferred: true }))];
    fake.save(aCard({ customerId: 'customer-2' }));

    const answer = await send(url, 'GET', 'customer-1');
    expect(answer).toMatchObject({ status: 200, body: [preferred, plain].map(shown) });
    expect(answer.headers['cache-control']).toBe('no-store, private');
    for (const secret of ['customer-1', plain.token, preferred.token]) expect(answer.text).not.toContain(secret);
    expect(Object.keys((answer.body as object[])[0] ?? {})).toHaveLength(14);
  });

  it('passes on the filters', async () => {
    const url = `${await startShop(fake, { adapter })}/wallet/cards`;
    await send(`${url}?pgCodes=knet,credit-card&agreementId=A`, 'GET', 'customer-1');
    expect(JSON.parse(fake.received[0]?.body ?? '')).toEqual({
      type: 'sandbox',
      customer_id: 'customer-1',
      pg_codes: ['knet', 'credit-card'],
      agreement_id: 'A',
    });
  });

  it('deletes a card of theirs with 204 and nothing else', async () => {
    const url = `${await startShop(fake, { adapter })}/wallet/cards`;
    fake.save(aCard());
    const [id = ''] = await idsOf(url, 'customer-1');
    const answer = await send(`${url}/${id}`, 'DELETE', 'customer-1');

    expect([answer.status, answer.text, answer.headers['cache-control']]).toEqual([204, '', 'no-store, private']);
    expect(fake.cardsOf('customer-1')).toEqual([]);
  });

  it("answers another's card, a token and garbage exactly as a card that does not exist, and sends nothing but the list", async () => {
    const url = `${await startShop(fake, { adapter })}/wallet/cards`;
    const own = fake.save(aCard({ token: 'tok-of-both' }));
    const foreign = fake.save(aCard({ customerId: 'customer-2', token: 'tok-of-both' }));
    const [foreignId = ''] = await idsOf(url, 'customer-2');
    fake.received.length = 0;

    const names = [
      foreignId,
      own.token,
      'x'.repeat(24),
      'x',
      '..%2fpayment-methods',
      'a%20b',
      'a%00',
      'a%3Fb',
      '%F0%9F%92%B3',
    ];
    const answers = [];
    for (const name of names) answers.push(await send(`${url}/${name}`, 'DELETE', 'customer-1'));
    const undated = ({ headers, ...answer }: Answer) => ({ ...answer, headers: { ...headers, date: undefined } });
    expect(new Set(answers.map((answer) => JSON.stringify(undated(answer)))).size).toBe(1);
    expect(answers[0]).toMatchObject({
      status: 404,
      text: '{"statusCode":404,"errorCode":"card_not_found","message":"There is no such card."}',
    });
    expect(new Set(fake.received.map(({ method }) => method))).toEqual(new Set(['POST']));
    expect([fake.cardsOf('customer-1'), fake.cardsOf('customer-2')]).toEqual([[own], [foreign]]);
  });

  it('lets nobody in without a login', async () => {
    const url = `${await startShop(fake, { adapter })}/wallet/cards`;
    expect((await send(url, 'GET')).status).toBe(401);
    expect((await send(`${url}/tok-1`, 'DELETE')).status).toBe(401);
    expect(fake.received).toEqual([]);
  });

  it.each<[name: string, answer: object, method: string, status: number, errorCode: string]>([
    ['401', { status: 401 }, 'GET', 502, 'provider_refused_us'],
    ['403', { status: 403 }, 'GET', 502, 'provider_refused_us'],
    ['404', { status: 404 }, 'GET', 502, 'provider_misconfigured'],
    ['405', { status: 405 }, 'GET', 502, 'provider_misconfigured'],
    ['400', { status: 400 }, 'GET', 400, 'refused'],
    ['429', { status: 429, headers: { 'retry-after': '30' } }, 'GET', 503, 'busy'],
    ['500', { status: 500 }, 'GET', 502, 'provider_unavailable'],
    ['no answer', { delayMs: 10_000 }, 'GET', 504, 'provider_timeout'],
    ['a web page', { status: 200, body: '<html>' }, 'GET', 502, 'provider_bad_response'],
    ['404', { status: 404, body: { detail: 'Not found.' } }, 'DELETE', 404, 'card_not_found'],
    ['a gateway without a route', { status: 404, body: {} }, 'DELETE', 502, 'provider_misconfigured'],
    ['400', { status: 400 }, 'DELETE', 400, 'refused'],
    ['500', { status: 500 }, 'DELETE', 504, 'delete_outcome_unknown'],
    ['no answer', { delayMs: 10_000 }, 'DELETE', 504, 'delete_outcome_unknown'],
  ])(
    'answers %s of Ottu (%j) to a %s with %i %s, and nothing that names anything',
    async (_name, scripted, method, status, errorCode) => {
      const options = { apiKey: CANARIES.apiKey, timeoutMs: 300 };
      const url = `${await startShop(fake, { adapter, options })}/wallet/cards`;
      const { customerId, token } = CANARIES;
      const card = { ...WIRE_CARD, customer_id: customerId, token, name_on_card: CANARIES.nameOnCard, agreements: [] };
      fake.next({ status: 200, body: [card] });
      const [id = ''] = await idsOf(url, customerId);
      if (method === 'DELETE') fake.next({ status: 200, body: [card] });
      fake.always({ body: { detail: `${customerId} ${token}`, [token]: [customerId] }, ...scripted });

      const answer = await send(method === 'GET' ? url : `${url}/${id}`, method, customerId);
      expect(answer).toMatchObject({ status, body: { statusCode: status, errorCode, message: expect.any(String) } });
      expect(answer.headers['cache-control']).toBe('no-store, private');
      expect(answer.headers['retry-after']).toBe(errorCode === 'busy' ? '30' : undefined);
      expect(leaksIn({ body: answer.text, headers: JSON.stringify(answer.headers) })).toEqual([]);
    },
  );

  it.each([400, 409, 422])('answers 409 card_locked when a %i meets a card with agreements', async (status) => {
    const url = `${await startShop(fake, { adapter })}/wallet/cards`;
    const card = fake.save(aCard({ agreements: ['A'] }));
    const [id = ''] = await idsOf(url, 'customer-1');
    fake.next({});
    fake.next({ status, body: { detail: 'No.' } });

    await expect(send(`${url}/${id}`, 'DELETE', 'customer-1')).resolves.toMatchObject({
      status: 409,
      body: { statusCode: 409, errorCode: 'card_locked' },
    });
    expect(fake.cardsOf('customer-1')).toEqual([card]);
  });
});

describe("the filter on a controller of the shop's own", () => {
  @Controller('reports')
  @UseFilters(OttuErrorFilter)
  class ReportsController {
    @Get('late')
    late(@Res() response: ServerResponse): void {
      response.write('begun');
      throw new OttuNotFoundError('too late');
    }

    @Get('early')
    early(): void {
      throw new OttuNotFoundError('in time');
    }
  }

  it('answers as the mounted one does', async () => {
    const url = await listen({ controllers: [ReportsController] });
    const answer = await send(`${url}/reports/early`, 'GET');
    expect(answer).toMatchObject({ status: 404, body: { errorCode: 'card_not_found' } });
    expect(answer.headers['cache-control']).toBe('no-store, private');
  });

  it('ends an answer that had begun, without an error of its own', async () => {
    const errors = jest.spyOn(Logger.prototype, 'error').mockImplementation(() => undefined);
    const statics = jest.spyOn(Logger, 'error').mockImplementation(() => undefined);
    const url = await listen({ controllers: [ReportsController] });
    expect(await send(`${url}/reports/late`, 'GET')).toMatchObject({ status: 200, text: 'begun' });
    expect([...errors.mock.calls, ...statics.mock.calls]).toEqual([]);
    errors.mockRestore();
    statics.mockRestore();
  });

  it('hands the error on where no HTTP answer is due', () => {
    const error = new OttuNotFoundError('over a message queue');
    const message = new ExecutionContextHost([]);
    message.setType('rpc');
    expect(() => new OttuErrorFilter(new HttpAdapterHost()).catch(error, message)).toThrow(error);
  });
});
