import {
  type INestApplication,
  type PipeTransform,
  StandardSchemaValidationPipe,
  ValidationPipe,
} from '@nestjs/common';
import type { FakeOttu } from 'nestjs-ottu-cards/testing';
import { closeAll, startFake } from '../support/application.js';
import { type Adapter, send, startShop } from './shop.js';

let fake: FakeOttu;

beforeEach(async () => {
  fake = await startFake();
});
afterEach(closeAll);

const use =
  (...args: ConstructorParameters<typeof ValidationPipe>) =>
  (app: INestApplication) =>
    app.useGlobalPipes(new ValidationPipe(...args));

/** Trims and lower-cases whatever it meets. */
const changing: PipeTransform = {
  transform: (value: unknown) => (typeof value === 'string' ? value.trim().toLowerCase() : value),
};

const PIPES: Record<string, ((app: INestApplication) => unknown) | undefined> = {
  'no global pipe': undefined,
  'a plain ValidationPipe': use(),
  'a stripping ValidationPipe': use({ whitelist: true }),
  'a stripping, transforming ValidationPipe': use({ whitelist: true, transform: true }),
  'a forbidding ValidationPipe': use({ whitelist: true, forbidNonWhitelisted: true, transform: true }),
  'a transforming ValidationPipe': use({ transform: true }),
  'a converting ValidationPipe': use({ transform: true, transformOptions: { enableImplicitConversion: true } }),
  "Nest's StandardSchemaValidationPipe": (app) => app.useGlobalPipes(new StandardSchemaValidationPipe()),
  'a pipe that changes texts': (app) => app.useGlobalPipes(changing),
};

const CASES = (['express', 'fastify'] as Adapter[]).flatMap((adapter) =>
  Object.entries(PIPES).map(([name, setUp]) => ({ adapter, name, setUp })),
);

const VALID: [query: string, filter: object][] = [
  ['', {}],
  ['?pgCodes=knet', { pg_codes: ['knet'] }],
  ['?pgCodes=knet,credit-card', { pg_codes: ['knet', 'credit-card'] }],
  ['?pgCodes=knet&pgCodes=credit-card', { pg_codes: ['knet', 'credit-card'] }],
  ['?pgCodes=a,b&pgCodes=c', { pg_codes: ['a', 'b', 'c'] }],
  ['?agreementId=A%2FB%20%26', { agreement_id: 'A/B &' }],
  ['?agreementId=5&pgCodes=5', { agreement_id: '5', pg_codes: ['5'] }],
];

const INVALID: [query: string, field: string][] = [
  ['?pgCodes=', 'pgCodes'],
  ['?pgCodes=a,,b', 'pgCodes'],
  [`?pgCodes=${Array.from({ length: 21 }, () => 'a').join()}`, 'pgCodes'],
  [`?pgCodes=${'x'.repeat(65)}`, 'pgCodes'],
  ['?pgCodes=%20a', 'pgCodes'],
  ['?agreementId=', 'agreementId'],
  ['?agreementId=a&agreementId=b', 'agreementId'],
  [`?agreementId=${'x'.repeat(129)}`, 'agreementId'],
  ['?agreementId=a%00', 'agreementId'],
];

const REFUSAL = { statusCode: 400, errorCode: 'invalid_request', message: 'The request is not valid.' };

const FOREIGN = [
  'customerId',
  'customer_id',
  'env',
  'type',
  'token',
  'fresh',
  'pg_codes',
  'customerId[]',
  'filter[customerId]',
];

describe.each(CASES)('on $adapter under $name', ({ adapter, setUp }) => {
  const start = async () => `${await startShop(fake, { adapter, ...(setUp && { setUp }) })}/wallet/cards`;
  const sent = () => fake.received.map(({ body }) => JSON.parse(body) as object);

  it('takes every way to write the filters', async () => {
    const url = await start();
    for (const [query] of VALID)
      expect([query, (await send(url + query, 'GET', 'customer-1')).status]).toEqual([query, 200]);
    expect(sent()).toEqual(VALID.map(([, filter]) => ({ type: 'sandbox', customer_id: 'customer-1', ...filter })));
  });

  it('refuses every wrong one with 400, before anything is sent', async () => {
    const url = await start();
    for (const [query, field] of INVALID) {
      const { status, body } = await send(url + query, 'GET', 'customer-1');
      expect([query, status]).toEqual([query, 400]);
      expect(body).toEqual({ ...REFUSAL, fieldErrors: { [field]: [expect.any(String)] } });
    }
    expect(sent()).toEqual([]);
  });

  it('refuses a parameter that names a customer or an env', async () => {
    const url = await start();
    for (const name of FOREIGN) {
      for (const value of ['customer-2', 'production']) {
        const answers = [
          await send(`${url}?${name}=${value}`, 'GET', 'customer-1'),
          await send(`${url}/unknown-unknown-unknown-?${name}=${value}`, 'DELETE', 'customer-1'),
        ];
        const refusal = { ...REFUSAL, fieldErrors: { [name]: [expect.stringMatching(/^is not an option/)] } };
        expect(answers.map(({ body }) => body)).toEqual([refusal, refusal]);
      }
    }
    expect(sent()).toEqual([]);
  });
});

it('says which parameter is wrong and why, without its value', async () => {
  const url = `${await startShop(fake)}/wallet/cards`;
  const answer = await send(
    `${url}?pgCodes=a,%20secret&agreementId=&customerId=secret&pgcode=secret`,
    'GET',
    'customer-1',
  );
  expect(answer.body).toEqual({
    ...REFUSAL,
    fieldErrors: {
      pgCodes: ['holds at [1] what it must not: each code must not begin or end with white space'],
      agreementId: ['must not be empty'],
      customerId: ['is not an option'],
      pgcode: ['is not an option: did you mean pgCodes?'],
    },
  });
  expect(answer.text).not.toContain('secret');
});
