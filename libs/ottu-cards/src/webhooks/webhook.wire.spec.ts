import { createHash } from 'node:crypto';
import { SIGNED_PATHS, signWebhook, verifySignature, type WebhookScheme } from './webhook-signature.wire.js';
import { type GenuineWebhook, readWebhook } from './webhook.wire.js';

type Payload = Readonly<Record<string, unknown>>;

const hmacKey = 'obviously-false-hmac-key';
const card = { token: 'tok-1', customerId: 'customer-1' };

/** What is read from a payload that Ottu has signed; `unsigned` comes from somebody else. */
function read(payload: Payload, scheme: WebhookScheme = 'standard', unsigned: Payload = {}): GenuineWebhook {
  const webhook = readWhole({ result: 'success', ...payload }, scheme, unsigned);
  if (webhook === undefined) throw new Error('proves no result');
  return webhook;
}

function readEvent(payload: Payload): GenuineWebhook['event'] {
  return read(payload).event;
}

function readWhole(payload: Payload, scheme: WebhookScheme, unsigned: Payload = {}): GenuineWebhook | undefined {
  const signed = { ...payload, signature: signWebhook({ payload, hmacKey, scheme }), ...unsigned };
  const verified = verifySignature(signed, [hmacKey]);
  return verified && readWebhook(signed, verified);
}

describe('a result', () => {
  it('must be signed in the standard scheme, whose borders a payer can move', () => {
    expect(readWhole({ customer_last_name: 'Xresultsuccess' }, 'standard')).toBeUndefined();
  });

  it.each([
    ['customer_last_name', 'Xorder_noORDER-2reference_number'],
    ['customer_first_name', 'Xcustomer_last_nameY'],
    ['amount', '10.000currency_codeKWD'],
    ['gateway_name', 'xorder_noORDER-2'],
    ['reference_number', 'R1customer_phone55'],
  ])('and %s holds no name of a field in the standard scheme: the payer could move its borders', (path, value) => {
    expect(readWhole({ result: 'success', [path]: value }, 'standard')).toBeUndefined();
    expect(readWhole({ result: 'success', [path]: value }, 'subscription')).toBeDefined();
  });

  it('can be that of a payer whose name is in part the name of a field', () => {
    const payload = { customer_last_name: 'amount of Real Estate', result: 'success', state: 'paid' };
    expect(readWhole(payload, 'standard')?.event.result).toBe('success');
  });

  it('can be that of an order whose number holds the name of its own field', () => {
    const payload = { order_no: 'order_no-55', result: 'success', state: 'paid' };
    expect(readWhole(payload, 'standard')?.event.signed.orderNo).toBe('order_no-55');
  });

  it('need not be signed in the subscription scheme', () => {
    const webhook = readWhole({ session_id: 'session-1', state: 'paid' }, 'subscription');
    expect(webhook?.event).toMatchObject({ scheme: 'subscription', result: undefined, state: 'paid' });
  });

  it('is told with the state, as it was signed', () => {
    const { event } = read({ result: 'failed', state: 'canceled' });
    expect(event).toMatchObject({ scheme: 'standard', result: 'failed', state: 'canceled' });
  });
});

describe('the id of an event', () => {
  const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
  const signatureOf = (payload: Payload) => signWebhook({ payload, hmacKey, scheme: 'standard' });

  it.each([['reference_number'], ['order_no']])('is that of the signature where %s is signed', (name) => {
    const payload = { result: 'success', [name]: 'ORDER-1' };
    const { event, signatureId } = read(payload, 'standard', { session_id: 'session-1' });
    const id = sha256(signatureOf(payload));
    expect([event.id, signatureId]).toEqual([id, id]);
  });

  it('counts the session where nothing signed names the payment', () => {
    const signature = signatureOf({ result: 'success' });
    const ids = ['session-1', 'session-2'].map((session_id) => read({}, 'standard', { session_id }).event.id);
    expect(ids).toEqual([sha256(`${signature}\nsession-1`), sha256(`${signature}\nsession-2`)]);
    expect(read({}, 'standard', { session_id: 'session-1' }).signatureId).toBe(sha256(signature));
  });

  it('takes a session that is no text for none', () => {
    const id = sha256(`${signatureOf({ result: 'success' })}\n`);
    expect(read({}).event.id).toBe(id);
    for (const session_id of [5, null, ['session-1'], {}]) {
      expect(read({}, 'standard', { session_id }).event.id).toBe(id);
    }
  });
});

describe('what is signed', () => {
  const camelCase = (path: string) => path.replaceAll(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
  const valueOf = (path: string) => `value ${SIGNED_PATHS.subscription.indexOf(path)}`;
  const payload = {};
  for (const path of SIGNED_PATHS.subscription) put(payload, path.split('.'), valueOf(path));

  it.each(['standard', 'subscription'] as const)('in the %s scheme stands in signed, and nothing else', (scheme) => {
    const expected = {};
    for (const path of SIGNED_PATHS.subscription) {
      const isSigned = SIGNED_PATHS[scheme].includes(path);
      put(expected, camelCase(path).split('.'), isSigned ? valueOf(path) : undefined);
    }
    expect(read(payload, scheme).event.signed).toStrictEqual(expected);
  });

  it.each(['standard', 'subscription'] as const)('in the %s scheme is no claim, nor is the signature', (scheme) => {
    const claimed = JSON.stringify(read(payload, scheme).event.claims);
    for (const path of SIGNED_PATHS.subscription) {
      expect(claimed.includes(`"${valueOf(path)}"`)).toBe(!SIGNED_PATHS[scheme].includes(path));
    }
    expect(claimed).not.toContain('signature');
  });
});

describe('the rest of a payload', () => {
  it('is claimed under names in camelCase; what lies deeper is as it came', () => {
    const { claims } = readEvent({
      is_sandbox: true,
      gateway_response: { auth_code: ['a_b'] },
      card_3ds_2: 'Y',
      plain: null,
      _leading: 1,
      double__under: 2,
      trailing_: 3,
    });
    expect(claims).toEqual({
      isSandbox: true,
      gatewayResponse: { auth_code: ['a_b'] },
      card3ds2: 'Y',
      plain: null,
      _leading: 1,
      double__under: 2,
      trailing_: 3,
    });
  });

  it('keeps what stands beside something signed, and leaves the payload as it is', () => {
    const payload = Object.freeze({ token: Object.freeze({ token: 'tok-1', brand: 'VISA' }), agreement: 'none' });
    expect(read(payload, 'subscription').event.claims).toEqual({ token: { brand: 'VISA' }, agreement: 'none' });
    expect(payload.token).toEqual({ token: 'tok-1', brand: 'VISA' });
  });

  it('makes nothing the prototype of a copy', () => {
    const hostile = '{ "__proto__": { "isAdmin": true }, "a": [{ "b": { "__proto__": { "isAdmin": true } } }] }';
    const { claims } = readEvent(JSON.parse(hostile) as Payload);
    expect(JSON.stringify(claims)).toBe('{"a":[{"b":{}}]}');
  });

  it('may nest deeply', () => {
    const depth = 100_000;
    const { claims } = readEvent({ deep: JSON.parse('['.repeat(depth) + ']'.repeat(depth)) as unknown });
    expect(Object.keys(claims)).toEqual(['deep']);
  });
});

describe('the card of a standard webhook', () => {
  it.each<[what: string, payload: Payload]>([
    ['an object with its customer', { token: { token: 'tok-1', customer_id: 'customer-1' } }],
    ['an object, and the customer beside it', { token: { token: 'tok-1' }, customer_id: 'customer-1' }],
    ['an object with an empty customer', { token: { token: 'tok-1', customer_id: '' }, customer_id: 'customer-1' }],
    [
      'an object with another customer than the payment',
      { token: { token: 'tok-1', customer_id: 'customer-1' }, customer_id: 'customer-2' },
    ],
    ['a text', { token: 'tok-1', customer_id: 'customer-1' }],
  ])('is read from %s', (_what, payload) => expect(read(payload).card).toEqual(card));

  it.each<[what: string, token: unknown]>([
    ['is missing', undefined],
    ['is null', null],
    ['is empty', ''],
    ['is an object without a token', {}],
    ['is an object with an empty token', { token: '' }],
  ])('is none where the token %s', (_what, token) => {
    expect(read({ token, customer_id: 'customer-1' }).card).toBe('none');
  });

  it.each<[what: string, payload: Payload]>([
    ['a token that is a number', { token: 5, customer_id: 'customer-1' }],
    ['a token that is a list', { token: ['tok-1'], customer_id: 'customer-1' }],
    ['a token that leads elsewhere', { token: '../tok-1', customer_id: 'customer-1' }],
    ['no customer', { token: 'tok-1' }],
    ['a customer that is a number', { token: 'tok-1', customer_id: 5 }],
    ['a customer with white space around it', { token: 'tok-1', customer_id: ' customer-1' }],
  ])('is unreadable with %s', (_what, payload) => expect(read(payload).card).toBe('unreadable'));
});

describe('the card of a subscription webhook', () => {
  const saved = { token: { token: 'tok-1', customer_id: 'customer-1' } };

  it('is read from what is signed', () => expect(read(saved, 'subscription').card).toEqual(card));

  it('is none where the token is a plain text, which the scheme does not sign', () => {
    expect(read({ token: 'tok-1', customer_id: 'customer-1' }, 'subscription').card).toBe('none');
  });

  it('is unreadable where the signed token names no customer, whatever stands beside it', () => {
    const payload = { token: { token: 'tok-1' }, customer_id: 'customer-1' };
    expect(read(payload, 'subscription').card).toBe('unreadable');
  });
});

/** Puts a value at a path, however deep. */
function put(fields: Record<string, unknown>, [name = '', ...rest]: readonly string[], value: unknown): void {
  if (rest.length === 0) fields[name] = value;
  else put((fields[name] ??= {}) as Record<string, unknown>, rest, value);
}
