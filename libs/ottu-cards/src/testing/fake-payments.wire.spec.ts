import { readFileSync } from 'node:fs';
import { fakeSignature } from './fake-payments.wire.js';

interface Vector {
  readonly scheme: 'standard' | 'subscription';
  readonly key: string;
  readonly payload: Readonly<Record<string, unknown>>;
  readonly signature: string;
}

it.each(['webhook-vectors.json', 'webhook-vectors-random.json'])('signs %s as Ottu does', (name) => {
  const file = `${import.meta.dirname}/../../../../test/webhooks/vectors/${name}`;
  const vectors = JSON.parse(readFileSync(file, 'utf8')) as Vector[];
  for (const { payload, key, scheme, signature } of vectors) {
    expect(fakeSignature(payload, key, scheme)).toBe(signature);
  }
});
