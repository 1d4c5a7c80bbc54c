import { ApiResponse, ApiTags, DocumentBuilder, type OpenAPIObject, SwaggerModule } from '@nestjs/swagger';
import { Validator } from '@seriousme/openapi-schema-validator';
import { Test } from '@nestjs/testing';
import { OttuCardsModule } from 'nestjs-ottu-cards';
import { closeAll, closeWithTest, startFake } from '../support/application.js';
import { CONTROLLER } from './shop.js';

afterEach(closeAll);

/** The document of an application that mounts two merchants. */
async function createDocument(decorators: ClassDecorator[] = []): Promise<OpenAPIObject> {
  const { options } = await startFake();
  const mounts = ['kuwait', 'qatar'].map((name) =>
    OttuCardsModule.forRoot({ ...options, name, controller: { ...CONTROLLER, decorators, path: `wallet/${name}` } }),
  );
  const module = await Test.createTestingModule({ imports: mounts }).compile();
  const app = module.createNestApplication();
  closeWithTest(() => app.close());
  await app.init();
  return SwaggerModule.createDocument(app, new DocumentBuilder().setTitle('Shop').build());
}

let document: OpenAPIObject;

beforeEach(async () => {
  document = await createDocument();
});

const ERROR_CODES = [
  'misconfigured',
  'invalid_request',
  'provider_refused_us',
  'card_not_found',
  'card_locked',
  'provider_misconfigured',
  'refused',
  'busy',
  'provider_timeout',
  'provider_bad_response',
  'delete_outcome_unknown',
  'provider_unavailable',
];

type Content = Record<string, { schema?: object; examples?: object }>;

const SCHEMA = { $ref: '#/components/schemas/OttuErrorDto' };

it('is valid OpenAPI', async () => {
  const written = JSON.parse(JSON.stringify(document)) as Record<string, unknown>;
  const { valid, errors } = await new Validator().validate(written);
  expect({ valid, errors }).toEqual({ valid: true, errors: undefined });
});

it('documents the list, its filters and its cards', () => {
  expect(document.paths['/wallet/kuwait']?.get).toMatchObject({
    operationId: 'OttuUserCardsWalletKuwaitController_list',
    summary: "The signed-in customer's saved cards, preferred ones first",
    parameters: [
      {
        name: 'pgCodes',
        in: 'query',
        required: false,
        schema: { type: 'array', items: { type: 'string' }, maxItems: 20 },
      },
      { name: 'agreementId', in: 'query', required: false, schema: { type: 'string', maxLength: 128 } },
    ],
    responses: {
      200: {
        content: {
          'application/json': { schema: { type: 'array', items: { $ref: '#/components/schemas/OttuSavedCardDto' } } },
        },
      },
    },
  });
});

it('documents the delete and its one parameter', () => {
  const operation = document.paths['/wallet/kuwait/{id}']?.delete;
  expect(operation).toMatchObject({
    operationId: 'OttuUserCardsWalletKuwaitController_delete',
    parameters: [{ name: 'id', in: 'path', required: true, schema: { type: 'string' } }],
  });
  expect(operation?.parameters).toHaveLength(1);
  expect(operation?.tags).toEqual(['Wallet kuwait']);
  expect(operation?.responses[204]).toEqual({ description: 'The card is gone.' });
});

it.each([
  ['get', '/wallet/kuwait', [400, 500, 502, 503, 504]],
  ['delete', '/wallet/kuwait/{id}', [400, 404, 409, 500, 502, 503, 504]],
] as const)('documents every error of %s', (method, path, statuses) => {
  const responses = document.paths[path]?.[method]?.responses ?? {};
  for (const status of statuses) {
    const response = responses[status] ?? {};
    const content = 'content' in response ? response.content : undefined;
    const { schema, examples = {} } = (content as Content | undefined)?.['application/json'] ?? {};
    expect([status, schema]).toEqual([status, SCHEMA]);
    expect(Object.keys(examples)).not.toEqual([]);
    for (const [errorCode, example] of Object.entries(examples)) {
      expect(example).toEqual({ value: { statusCode: status, errorCode, message: expect.any(String) } });
    }
  }
  expect(
    Object.keys(responses)
      .map(Number)
      .filter((status) => status >= 400),
  ).toEqual([400, 403, ...statuses.slice(1)]);
});

it('gives two mounts operation ids of their own', () => {
  const ids = Object.values(document.paths).flatMap((path) =>
    Object.values(path as object).map((it: { operationId: string }) => it.operationId),
  );
  expect(new Set(ids).size).toBe(4);
});

it('documents every field of a card, and neither customer nor token', () => {
  const text = { type: 'string' };
  const textOrNull = { type: 'string', nullable: true };
  const flag = { type: 'boolean' };
  expect(document.components?.schemas?.['OttuSavedCardDto']).toMatchObject({
    type: 'object',
    properties: {
      id: text,
      brand: textOrNull,
      number: textOrNull,
      last4: textOrNull,
      nameOnCard: textOrNull,
      expiryMonth: text,
      expiryYear: text,
      pgCode: text,
      pgName: textOrNull,
      isPreferred: flag,
      isExpired: flag,
      willExpireSoon: flag,
      cvvRequired: flag,
      agreements: { type: 'array', items: text },
    },
  });
  const schema: object = document.components?.schemas?.['OttuSavedCardDto'] ?? {};
  const { properties = {}, required } = schema as { properties?: object; required?: string[] };
  expect(Object.keys(properties)).toHaveLength(14);
  expect(required).toEqual(Object.keys(properties));
});

it('documents the body of an error', () => {
  expect(document.components?.schemas?.['OttuErrorDto']).toMatchObject({
    properties: {
      statusCode: { type: 'number' },
      errorCode: { type: 'string', enum: ERROR_CODES },
      message: { type: 'string' },
      fieldErrors: { type: 'object', additionalProperties: { type: 'array', items: { type: 'string' } } },
    },
    required: ['statusCode', 'errorCode', 'message'],
  });
});

it('takes answers of the guards and tags from decorators', async () => {
  const responses = [
    ApiResponse({ status: 401, description: 'Log in.' }),
    ApiResponse({ status: 429, description: 'Slow down.' }),
  ];
  const { get } = (await createDocument([...responses, ApiTags('My wallet')])).paths['/wallet/kuwait'] ?? {};
  expect(get?.responses).toMatchObject({ 401: { description: 'Log in.' }, 429: { description: 'Slow down.' } });
  expect(get?.responses[502]).toBeDefined();
  expect(get?.tags).toEqual(['My wallet']);
});
