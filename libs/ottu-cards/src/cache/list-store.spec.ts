import { jest } from '@jest/globals';
import fc from 'fast-check';
import type { ListCardsFilter, SavedCard } from '../cards/saved-card.js';
import { aCard } from '../testing/builders.js';
import { type Lookup, MemoryListStore, type Miss } from './list-store.js';

const TTL_MS = 30_000;
const UNCERTAIN_MS = 60_000;
const CUSTOMERS = ['anna', 'anna', 'bader'];
const FILTERS = ['all', 'all', 'knet'];

/** The clock of the store that a test looks at. */
let clock = 0;
beforeEach(() => {
  jest.spyOn(performance, 'now').mockImplementation(() => clock);
});
afterEach(() => jest.restoreAllMocks());

function storeOf(maxEntries: number): MemoryListStore {
  clock = 0;
  return new MemoryListStore({ ttlMs: TTL_MS, maxEntries });
}

/** What Ottu says at one moment; empty where `isEmpty`, so that the shorter life of an empty list takes part. */
interface Reading {
  readonly readAt: number;
  readonly cards: readonly SavedCard[];
}

/** A request on its way: sent after `lookup`, read by Ottu at some moment, answered at a later one. */
interface Flight {
  readonly customer: string;
  readonly list: string;
  readonly lookup: Miss;
  readonly begunAt: number;
  reading?: Reading;
}

interface Kept extends Reading {
  readonly begunAt: number;
}

/** The world around the store, and what it must do, said in another way than its own: by comparing moments. */
class World {
  readonly store = storeOf(1_000);
  /** Every event has a moment of its own, at least 1 ms after the one before. */
  now = 0;
  readonly flights: Flight[] = [];
  readonly deletes: { customer: string; at?: number }[] = [];
  private readonly kept = new Map<string, Kept>();
  private readonly forgottenAt = new Map<string, number>();
  private readonly uncertainUntil = new Map<string, number>();
  /** When Ottu last carried out a delete that this instance asked for. */
  private readonly actedAt = new Map<string, number>();

  list(customer: string, filter: string): void {
    const list = `${customer} ${filter}`;
    const expected = this.kept.get(list);
    const lookup = this.lookup(customer, filter);
    const isKept = expected !== undefined && this.now < expected.begunAt + lifeOf(expected);
    must(lookup.cards === (isKept ? expected.cards : undefined), 'serve what is kept, and nothing else');
    if (isKept) {
      must(expected.readAt > (this.forgottenAt.get(customer) ?? -1), 'forget what was read before a change');
      must(expected.readAt > (this.actedAt.get(customer) ?? -1), 'keep nothing that a late delete makes untrue');
    } else if (lookup.cards === undefined) {
      this.joinOrSend({ customer, list, lookup, begunAt: this.now });
    }
  }

  read(flight: Flight, isEmpty: boolean): void {
    flight.reading = { readAt: this.now, cards: isEmpty ? [] : [aCard()] };
  }

  answer(flight: Flight): void {
    const { customer, list, lookup, begunAt, reading } = flight;
    this.drop(flight);
    if (reading === undefined) return; // it failed before Ottu read anything
    this.at(() => lookup.keep(reading.cards));
    const isCurrent = begunAt > (this.forgottenAt.get(customer) ?? -1);
    const isCertain = begunAt >= (this.uncertainUntil.get(customer) ?? 0);
    if (isCurrent && isCertain) this.kept.set(list, { ...reading, begunAt });
  }

  /** To one step before the end, which the next command then meets. */
  passToTheEndOf(index: number): void {
    const kept = pick([...this.kept.values()], index);
    if (kept) this.now = Math.max(this.now, kept.begunAt + lifeOf(kept) - 1 - (index % 2));
  }

  drop(flight: Flight): void {
    this.flights.splice(this.flights.indexOf(flight), 1);
  }

  /** Ottu carries a delete out, whether or not anyone still waits for it. */
  act(pending: { customer: string }): void {
    this.deletes.splice(this.deletes.indexOf(pending), 1);
    this.actedAt.set(pending.customer, this.now);
  }

  forget(customer: string, uncertainMs: number): void {
    this.at(() => void this.store.forget(customer, uncertainMs));
    for (const filter of FILTERS) this.kept.delete(`${customer} ${filter}`);
    this.forgottenAt.set(customer, this.now);
    this.uncertainUntil.set(customer, Math.max(this.now + uncertainMs, this.uncertainUntil.get(customer) ?? 0));
  }

  private lookup(customerId: string, filter: string): Lookup {
    return this.at(() => this.store.lookup({ customerId, ...(filter !== 'all' && { pgCodes: [filter] }) }));
  }

  private at<T>(act: () => T): T {
    clock = this.now;
    return act();
  }

  private joinOrSend(flight: Flight): void {
    const joined = this.flights.find(({ lookup }) => lookup.key === flight.lookup.key);
    if (joined === undefined) this.flights.push(flight);
    else {
      must(joined.list === flight.list, 'share requests for the same list only');
      must(joined.begunAt > (this.forgottenAt.get(flight.customer) ?? -1), 'join no request from before a change');
    }
  }
}

function must(holds: boolean, what: string): void {
  if (!holds) throw new Error(`The store must ${what}.`);
}

function lifeOf({ cards }: Reading): number {
  return cards.length === 0 ? 5_000 : TTL_MS;
}

type Command = fc.Command<object, World>;

const customer = fc.constantFrom(...CUSTOMERS);
const nth = fc.nat(20);

function command(name: string, run: (world: World) => void, check: () => boolean = () => true): Command {
  const step = (_: object, world: World): void => {
    world.now += 1;
    run(world);
  };
  return { check, run: step, toString: () => name };
}

function pick<T>(items: readonly T[], index: number): T | undefined {
  return items[index % items.length];
}

function onFlight(name: string, index: number, run: (world: World, flight: Flight) => void): Command {
  return command(`${name} ${index}`, (world) => {
    const flight = pick(world.flights, index);
    if (flight) run(world, flight);
  });
}

const LIST: fc.Arbitrary<Command> = fc
  .tuple(customer, fc.constantFrom(...FILTERS))
  .map(([who, filter]) => command(`list ${who} ${filter}`, (world) => world.list(who, filter)));
const READ_AND_ANSWER = nth.map((index) =>
  onFlight('read and answer', index, (world, flight) => {
    world.read(flight, false);
    world.answer(flight);
  }),
);

const COMMANDS: fc.Arbitrary<Command>[] = [
  LIST, // most of what happens
  LIST,
  LIST,
  LIST,
  READ_AND_ANSWER,
  READ_AND_ANSWER,
  fc
    .tuple(nth, fc.boolean())
    .map(([index, isEmpty]) => onFlight('Ottu reads for', index, (world, flight) => world.read(flight, isEmpty))),
  nth.map((index) => onFlight('answer', index, (world, flight) => world.answer(flight))),
  nth.map((index) => onFlight('fail', index, (world, flight) => world.drop(flight))),
  customer.map((who) => command(`a delete of ${who} begins`, (world) => world.deletes.push({ customer: who }))),
  nth.map((index) =>
    command(`a delete is done ${index}`, (world) => {
      const pending = pick(world.deletes, index);
      if (pending === undefined || pending.at !== undefined) return;
      world.act(pending);
      world.now += 1;
      world.forget(pending.customer, 0);
    }),
  ),
  nth.map((index) =>
    command(`a delete ends unknown ${index}`, (world) => {
      const pending = pick(world.deletes, index);
      if (pending === undefined || pending.at !== undefined) return;
      pending.at = world.now;
      world.forget(pending.customer, UNCERTAIN_MS);
    }),
  ),
  nth.map((index) =>
    command(`Ottu carries an unknown delete out ${index}`, (world) => {
      const pending = pick(world.deletes, index);
      if (pending?.at !== undefined && world.now < pending.at + UNCERTAIN_MS) world.act(pending);
    }),
  ),
  customer.map((who) => command(`webhook of ${who}`, (world) => world.forget(who, 0))),
  fc.constantFrom(100, 4_000, UNCERTAIN_MS).map((ms) => command(`${ms} ms pass`, (world) => void (world.now += ms))),
  nth.map((index) => command(`a kept list is about to end ${index}`, (world) => world.passToTheEndOf(index))),
];

it('serves exactly the lists that no change and no time has made untrue', () => {
  fc.assert(
    fc.property(fc.commands(COMMANDS, { maxCommands: 60, size: 'max' }), (commands) => {
      fc.modelRun(() => ({ model: {}, real: new World() }), commands);
    }),
    { numRuns: 5_000 },
  );
});

const ofCustomer = (customerId: string): ListCardsFilter => ({ customerId });

function keep(store: MemoryListStore, filter: ListCardsFilter): void {
  const lookup = store.lookup(filter);
  if (lookup.cards === undefined) lookup.keep([aCard()]);
}

it('holds no more lists than it may', () => {
  const store = storeOf(3);
  const filters = Array.from({ length: 10 }, (_, index) => ofCustomer(`customer ${index}`));
  for (const filter of filters) keep(store, filter);
  const kept = filters.filter((filter) => store.lookup(filter).cards !== undefined);
  expect(kept.length).toBeLessThanOrEqual(3);
});

it('keeps lists that are used rather than those that are not', () => {
  const store = storeOf(3);
  for (const name of ['anna', 'bader', 'carl']) keep(store, ofCustomer(name));
  expect(store.lookup(ofCustomer('anna')).cards).toHaveLength(1);
  keep(store, ofCustomer('dana'));
  expect(store.lookup(ofCustomer('anna')).cards).toHaveLength(1);
});

it('remembers an uncertain delete of a customer whom it had to forget for others', () => {
  const store = storeOf(2);
  void store.forget('anna', UNCERTAIN_MS);
  for (const other of ['bader', 'carl']) store.lookup(ofCustomer(other));

  clock = 1;
  keep(store, ofCustomer('anna'));
  clock = 2;
  expect(store.lookup(ofCustomer('anna')).cards).toBeUndefined();
  clock = UNCERTAIN_MS;
  keep(store, ofCustomer('anna'));
  clock = UNCERTAIN_MS + 1;
  expect(store.lookup(ofCustomer('anna')).cards).toHaveLength(1);
});

it('takes a customer id that looks like a filter for what it is', () => {
  const store = storeOf(10);
  keep(store, { customerId: 'anna', pgCodes: ['knet'] });
  expect(store.lookup(ofCustomer('anna[["knet"],null]')).cards).toBeUndefined();
  expect(store.lookup({ customerId: 'anna', agreementId: 'knet' }).cards).toBeUndefined();
  expect(store.lookup({ customerId: 'anna', pgCodes: ['knet'] }).cards).toHaveLength(1);
});

it('tells every filter from every other, and nothing but the order of codes is ignored', () => {
  const store = storeOf(100);
  const filters: Omit<ListCardsFilter, 'customerId'>[] = [
    {},
    { pgCodes: ['knet'] },
    { pgCodes: ['benefit'] },
    { pgCodes: ['knet', 'benefit'] },
    { agreementId: 'A-1' },
    { agreementId: 'A-2' },
    { agreementId: 'knet' },
    { pgCodes: ['knet'], agreementId: 'A-1' },
    { pgCodes: ['knet'], agreementId: 'A-2' },
  ];
  const keys = filters.map((filter) => store.lookup({ customerId: 'anna', ...filter })).map(keyOf);
  expect(new Set(keys).size).toBe(filters.length);
  expect(keyOf(store.lookup({ customerId: 'anna', pgCodes: ['benefit', 'knet', 'benefit'] }))).toBe(keys[3]);
});

function keyOf(lookup: Lookup): string {
  if (lookup.cards !== undefined) throw new Error('It was kept.');
  return lookup.key;
}

it('gives the room of a forgotten list to others', () => {
  const store = storeOf(3);
  const bader = ['knet', 'benefit'].map((code) => ({ customerId: 'bader', pgCodes: [code] }));
  keep(store, ofCustomer('bader'));
  keep(store, ofCustomer('anna'));
  void store.forget('anna', 0);
  for (const filter of bader) keep(store, filter);
  for (const filter of [ofCustomer('bader'), ...bader]) expect(store.lookup(filter).cards).toHaveLength(1);
});
