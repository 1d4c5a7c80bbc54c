import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { OttuConfigError, OttuInputError } from '../errors/errors.js';
import { hmacKeyRule, SIGNED_PATHS, signWebhook, verifyWebhook } from './webhook-signature.wire.js';

interface Vector {
  readonly scheme: 'standard' | 'subscription';
  readonly key: string;
  readonly payload: Readonly<Record<string, unknown>>;
  readonly signature: string;
}

const folder = `${import.meta.dirname}/../../../../test/webhooks/vectors`;
const published = vectors('webhook-vectors.json');
const random = vectors('webhook-vectors-random.json');
const hmacKey = 'obviously-false-hmac-key';
const schemes = ['standard', 'subscription'] as const;

describe.each([
  ['published by Ottu', published, 3],
  ["made with Ottu's Python SDK", random, 100],
] as const)('the vectors %s', (_name, all, count) => {
  it('are all there', () => expect(all).toHaveLength(count));

  it('verify under their scheme and are signed alike', () => {
    for (const { scheme, key, payload, signature } of all) {
      expect(verifyWebhook({ payload: { ...payload, signature }, hmacKey: key })).toBe(scheme);
      expect(signWebhook({ payload, hmacKey: key, scheme })).toBe(signature);
    }
  });

  it('do not verify with another key', () => {
    for (const { payload, signature } of all) {
      expect(verifyWebhook({ payload: { ...payload, signature }, hmacKey })).toBeUndefined();
    }
  });
});

it('signs 18 fields in the standard scheme and 26 in the subscription scheme, in alphabetical order', () => {
  expect(SIGNED_PATHS.standard).toHaveLength(18);
  expect(SIGNED_PATHS.subscription).toHaveLength(26);
  for (const scheme of schemes) expect(SIGNED_PATHS[scheme]).toEqual(SIGNED_PATHS[scheme].toSorted());
});

it.each([
  ['a key', hmacKey],
  ['a list of the old and the new one', ['obviously-false-old-key', hmacKey]],
])('takes %s', (_name, keys) => {
  expect(verifyWebhook({ payload: signed({ amount: '1' }), hmacKey: keys })).toBe('standard');
});

it.each([
  ['an empty key', ''],
  ['a blank key', ' \t'],
  ['no key', []],
  ['a list with an empty one', [hmacKey, '']],
])('refuses to work with %s', (_name, keys) => {
  expect(() => verifyWebhook({ payload: {}, hmacKey: keys })).toThrow(OttuConfigError);
});

it.each<[problem: string, keys: readonly unknown[]]>([
  ["is empty, so anybody could sign: set the HMAC key from Ottu's dashboard", ['', ' \t', undefined, null]],
  ["is an empty list: set the HMAC key from Ottu's dashboard", [[]]],
  ['must be a string, or a list of strings while a key is being replaced', [5, {}]],
  ['begins or ends with white space: copy the key again', [` ${hmacKey}`, `${hmacKey}\n`]],
  ['[1] must be a string, or a list of strings while a key is being replaced', [[hmacKey, [hmacKey]]]],
])('says that a key %s', (problem, keys) => {
  for (const key of keys) expect(hmacKeyRule(key)).toBe(problem);
});

it('says what is wrong with a key', () => {
  expect(() => verifyWebhook({ payload: {}, hmacKey: [hmacKey, ''] })).toThrow(
    "verifyWebhook(): hmacKey [1] is empty, so anybody could sign: set the HMAC key from Ottu's dashboard.",
  );
  expect(() => signWebhook({ payload: {}, hmacKey: `${hmacKey}\n`, scheme: 'standard' })).toThrow(
    'signWebhook(): hmacKey begins or ends with white space: copy the key again.',
  );
});

describe('a signature', () => {
  const payload = { amount: '1' };

  it.each<[what: string, given: (signature: string) => unknown]>([
    ['is missing', () => undefined],
    ['is null', () => null],
    ['is empty', () => ''],
    ['is a number', () => 5],
    ['is a list', (signature) => [signature]],
    ['is an object', (signature) => ({ toString: () => signature })],
    ['is short', (signature) => signature.slice(1)],
    ['is long', (signature) => `${signature}0`],
    ['is no hex', (signature) => `${signature.slice(1)}g`],
    ['is not ASCII', () => '٣'.repeat(64)],
    ['has upper-case letters, another spelling of the same bytes', (signature) => signature.toUpperCase()],
    ['ends in a line break', (signature) => `${signature}\n`],
  ])('that %s does not hold', (_what, given) => {
    const signature = given(signed(payload).signature);
    expect(verifyWebhook({ payload: { ...payload, signature }, hmacKey })).toBeUndefined();
  });

  it('that is inherited does not hold', () => {
    const { signature } = signed(payload);
    expect(verifyWebhook({ payload: Object.assign(Object.create({ signature }), payload), hmacKey })).toBeUndefined();
  });
});

describe.each(schemes)('the %s scheme', (scheme) => {
  const whole = Object.fromEntries(SIGNED_PATHS[scheme].map((path, index) => [path, `value ${index}`]));

  it('holds with every field set', () => {
    expect(verifyWebhook({ payload: signed(nested(whole), scheme), hmacKey })).toBe(scheme);
  });

  it.each(SIGNED_PATHS[scheme].map((path) => [path]))('breaks when %s is changed, emptied or removed', (path) => {
    const { signature } = signed(nested(whole), scheme);
    for (const value of ['changed', '', undefined, null, 1]) {
      const changed = { ...nested({ ...whole, [path]: value }), signature };
      expect(verifyWebhook({ payload: changed, hmacKey })).toBeUndefined();
    }
  });

  it.each([[true], [0.5], [1e21], [Number.MAX_SAFE_INTEGER + 1], [['a']], [{ a: 1 }], ['\ud800']])(
    'refuses a signed value that Python and JavaScript write differently: %p',
    (amount) => {
      expect(() => signWebhook({ payload: { amount, state: 'paid' }, hmacKey, scheme })).toThrow(OttuInputError);
      const innocent = signed({ state: 'paid' }, scheme);
      expect(verifyWebhook({ payload: { ...innocent, amount }, hmacKey })).toBeUndefined();
    },
  );

  it('says what cannot be signed, without the value', () => {
    expect(() => signWebhook({ payload: { amount: 0.5 }, hmacKey, scheme })).toThrow(
      `signWebhook(): the payload cannot be signed. What the ${scheme} scheme signs must be strings or safe integers, ` +
        'none of which can be mistaken for the field after it.',
    );
  });

  it('takes a safe integer for its digits', () => {
    const { signature } = signed({ amount: '100', state: 'paid' }, scheme);
    expect(verifyWebhook({ payload: { amount: 100, state: 'paid', signature }, hmacKey })).toBe(scheme);
  });

  it('proves nothing by a signature of nothing', () => {
    const nothing = signed({ customer_id: 'customer-1' }, scheme);
    expect(verifyWebhook({ payload: nothing, hmacKey })).toBe('standard');
    expect(verifyWebhook({ payload: { ...nothing, result: 'success' }, hmacKey })).toBeUndefined();
  });
});

describe('0, false, [] and {}', () => {
  it.each([[0], [false], [[]], [{}]])('%j is skipped by the subscription scheme, as its newest page says', (amount) => {
    const innocent = signed({ state: 'paid' }, 'subscription');
    expect(verifyWebhook({ payload: { ...innocent, amount }, hmacKey })).toBe('subscription');
    expect(signWebhook({ payload: { state: 'paid', amount }, hmacKey, scheme: 'subscription' })).toBe(
      innocent.signature,
    );
  });

  it.each([[false], [[]], [{}]])('%j is refused in the standard scheme', (amount) => {
    const innocent = signed({ state: 'paid' });
    expect(verifyWebhook({ payload: { ...innocent, amount }, hmacKey })).toBeUndefined();
  });

  it('0 is signed in the standard scheme', () => {
    expect(verifyWebhook({ payload: { ...signed({ amount: '0' }), amount: 0 }, hmacKey })).toBe('standard');
  });
});

describe('the borders between signed values', () => {
  it('cannot be moved in the subscription scheme: a value that holds the beginning of a line is refused', () => {
    const { signature } = signed({ amount: '1', result: 'failed' }, 'subscription');
    const moved = { amount: '1\nresult=failed', signature };
    expect(verifyWebhook({ payload: moved, hmacKey })).toBeUndefined();
  });

  it.each(SIGNED_PATHS.subscription.map((path) => [path]))('are guarded against a value with a line of %s', (path) => {
    const payload = { amount: `1\n${path}=2` };
    expect(() => signWebhook({ payload, hmacKey, scheme: 'subscription' })).toThrow(OttuInputError);
    const genuine = signed(payload); // the standard scheme has no lines
    expect(verifyWebhook({ payload: genuine, hmacKey })).toBe('standard');
  });

  it('can be moved in the standard scheme: a field takes what follows it', () => {
    const { signature } = signed({ amount: '1', currency_code: 'KWD', result: 'success' });
    expect(verifyWebhook({ payload: { amount: '1currency_codeKWD', result: 'success', signature }, hmacKey })).toBe(
      'standard',
    );
  });

  it('of a subscription message cannot be moved into a standard one', () => {
    // A customer may be called anything, and `token.customer_id` is signed after `result`.
    const genuine = { amount: '1', result: 'failed', state: 'failed', token: { customer_id: 'resultsuccessstatex' } };
    const { signature } = signed(genuine, 'subscription');
    const forged = {
      amount: '=1\nresult=failed\nstate=failed\ntoken.customer_id=',
      result: 'success',
      state: 'x',
      signature,
    };
    expect(verifyWebhook({ payload: { ...genuine, signature }, hmacKey })).toBe('subscription');
    expect(verifyWebhook({ payload: forged, hmacKey })).toBeUndefined();
  });

  it('before `state` cannot be moved in the standard scheme where a signed field follows', () => {
    const genuine = { customer_last_name: 'XresultsuccessstateY', gateway_account: 'credit-card', order_no: 'ORDER-1' };
    const { signature } = signed(genuine);
    const state = 'Ygateway_accountcredit-cardorder_noORDER-1';
    expect(verifyWebhook({ payload: { ...genuine, signature }, hmacKey })).toBe('standard');
    expect(
      verifyWebhook({ payload: { customer_last_name: 'X', result: 'success', state, signature }, hmacKey }),
    ).toBeUndefined();
  });

  it('around `result` cannot be moved in either: a failed payment never reads as a success', () => {
    // the payer's own name, as typed into the checkout, ends up in a genuine webhook
    const genuine = signed({ customer_last_name: 'XresultsuccessstateY', result: 'failed', state: 'failed' });
    const { signature } = genuine;
    const forged = { customer_last_name: 'X', result: 'success', state: 'Yresultfailedstatefailed', signature };
    expect(verifyWebhook({ payload: genuine, hmacKey })).toBe('standard');
    expect(verifyWebhook({ payload: forged, hmacKey })).toBeUndefined();
  });
});

describe('hostile payloads', () => {
  const deep = `${'['.repeat(50_000)}${']'.repeat(50_000)}`;

  it.each([
    ['nothing', undefined],
    ['null', null],
    ['text', 'signature'],
    ['a list', []],
    ['deep nesting', { signature: '0'.repeat(64), token: JSON.parse(deep), amount: JSON.parse(deep) }],
    ['__proto__', JSON.parse(`{"__proto__":{"amount":"1","signature":"${'0'.repeat(64)}"}}`)],
    ['an object without a prototype', Object.assign(Object.create(null), { signature: '0'.repeat(64), amount: '1' })],
  ])('of %s do not verify', (_name, payload) => {
    expect(verifyWebhook({ payload, hmacKey })).toBeUndefined();
  });

  it('never throw', () => {
    const field = fc.constantFrom('signature', '__proto__', 'constructor', ...SIGNED_PATHS.subscription);
    const value = fc.oneof(fc.jsonValue(), fc.stringMatching(/^[0-9a-f]{64}$/));
    const payload = fc.oneof(fc.jsonValue(), fc.dictionary(field, value));
    fc.assert(
      fc.property(payload, (body) => verifyWebhook({ payload: body, hmacKey }) === undefined),
      { numRuns: 500 },
    );
  });
});

it('signs and verifies alike whatever is signed, and notices any change of it', () => {
  const text = fc.oneof(fc.string({ unit: 'grapheme' }), fc.constantFrom('=', 'a=b', '\n', 'amount', 'é', '🂡'));
  const values = fc.dictionary(fc.constantFrom(...SIGNED_PATHS.subscription), text, { minKeys: 1 });
  fc.assert(
    fc.property(values, fc.constantFrom(...SIGNED_PATHS.subscription), text, (flat, path, other) => {
      const payload = signed(nested(flat), 'subscription');
      expect(verifyWebhook({ payload, hmacKey })).toBeDefined();
      fc.pre(Object.values(flat).some((value) => value !== '')); // a signature of nothing holds under both schemes
      fc.pre((flat[path] ?? '') !== other);
      const changed = { ...nested({ ...flat, [path]: other }), signature: payload.signature };
      expect(verifyWebhook({ payload: changed, hmacKey })).toBeUndefined();
    }),
  );
});

function signed(payload: Record<string, unknown>, scheme: Vector['scheme'] = 'standard') {
  return { ...payload, signature: signWebhook({ payload, hmacKey, scheme }) };
}

/** `{ 'token.token': … }` as `{ token: { token: … } }`. */
function nested(flat: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const payload: Record<string, unknown> = {};
  for (const [path, value] of Object.entries(flat)) {
    const names = path.split('.');
    const last = names.pop() ?? '';
    const parent = names.reduce((at, name) => (at[name] ??= {}) as Record<string, unknown>, payload);
    parent[last] = value;
  }
  return payload;
}

function vectors(name: string): readonly Vector[] {
  return JSON.parse(readFileSync(`${folder}/${name}`, 'utf8')) as Vector[];
}
