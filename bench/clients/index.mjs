// The clients in the order of the tables. Each is loaded in a process of its own, where the others are not.
const LIBRARY = '**nestjs-ottu-cards**';
const AXIOS = 'bare axios, keep-alive';
const STRIPE = 'stripe-node';
const POOL = "undici's pool";

/** Those that the targets compare. */
export const NAMES = { LIBRARY, AXIOS, STRIPE, POOL };

export const CLIENTS = {
  'raw socket': async () => (await import('./limits.mjs')).rawSocket,
  [POOL]: async () => (await import('./limits.mjs')).undiciPool,
  [LIBRARY]: async () => (await import('./library.mjs')).library,
  [STRIPE]: async () => (await import('./peers.mjs')).stripeNode,
  [AXIOS]: async () => (await import('./peers.mjs')).bareAxios,
  'HttpService + firstValueFrom': async () => (await import('./peers.mjs')).httpService,
};
