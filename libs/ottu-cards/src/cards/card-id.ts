import { hash, timingSafeEqual } from 'node:crypto';
import { deriveKey } from '../common/encryption.js';
import type { Rule } from '../common/rules.js';

/** 144 bits; a multiple of four characters, so that each bit of them counts. */
const ID_CHARACTERS = 24;

/** Gives the card of this customer with this token its id. */
export type CardIdOf = (customerId: string) => (token: string) => string;

/**
 * Ids that may be shown where a token must not: the same in every instance with this secret, and another one for each
 * customer, env and merchant. Nothing is stored for them.
 */
export function cardIds(merchant: {
  readonly secret: string;
  readonly env: string;
  readonly origin: string;
}): CardIdOf {
  const { secret, env, origin } = merchant;
  const key = deriveKey(secret, 'card id').toString('base64url');
  return (customerId) => {
    const owner = JSON.stringify([key, env, origin, customerId]); // as JSON, no value can run into the next
    return (token) => hash('sha256', `${owner}${JSON.stringify(token)}`, 'base64url').slice(0, ID_CHARACTERS);
  };
}

export const cardIdRule: Rule = (value) =>
  typeof value === 'string' && /^[\w-]{24}$/.test(value) ? undefined : 'must be the id of a card, as list() gives it';

/** Compares in a time that does not tell how much of two ids is alike. */
export function isSameId(a: string, b: string): boolean {
  const [one, other] = [Buffer.from(a), Buffer.from(b)];
  return one.length === other.length && timingSafeEqual(one, other);
}
