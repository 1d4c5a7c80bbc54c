import fc from 'fast-check';
import type { SavedCard } from '../cards/saved-card.js';
import { aCard } from '../testing/builders.js';
import { type ListAddress, ListLedger, type Look } from './list-ledger.js';

const TTL_MS = 30_000;
const DOUBT_MS = 60_000;
const CUSTOMERS = ['anna', 'anna', 'bader'];
const FILTERS = ['all', 'all', 'knet'];

/** What Ottu says at one moment; empty where `isEmpty`, so that the shorter life of an empty list takes part. */
interface Reading {
  readonly readAt: number;
  readonly cards: readonly SavedCard[];
}

/** A request on its way: begun with `look`, read by Ottu at some moment, answered at a later one. */
interface Flight {
  readonly address: ListAddress;
  readonly look: Look;
  reading?: Reading;
}

interface Kept extends Reading {
  readonly begunAt: number;
}

/** The world around the ledger, and what it must do, said in another way than its own: by comparing moments. */
class World {
  readonly ledger = new ListLedger(TTL_MS, 1_000);
  /** Every event has a moment of its own, at least 1 ms after the one before. */
  now = 0;
  readonly flights: Flight[] = [];
  readonly deletes: { customer: string; at?: number }[] = [];
  private readonly kept = new Map<string, Kept>();
  private readonly forgottenAt = new Map<string, number>();
  private readonly doubtUntil = new Map<string, number>();
  /** When Ottu last carried out a delete that this instance asked for. */
  private readonly actedAt = new Map<string, number>();

  list(address: ListAddress): void {
    const expected = this.kept.get(address.list);
    const look = this.ledger.look(address, this.now);
    const isKept = expected !== undefined && this.now < expected.begunAt + lifeOf(expected);
    must(look.cards === (isKept ? expected.cards : undefined), 'serve what is kept, and nothing else');
    if (isKept) {
      must(expected.readAt > (this.forgottenAt.get(address.customer) ?? -1), 'forget what was read before a change');
      must(
        expected.readAt > (this.actedAt.get(address.customer) ?? -1),
        'keep nothing that a late delete makes untrue',
      );
    } else {
      this.joinOrSend(address, look);
    }
  }

  read(flight: Flight, isEmpty: boolean): void {
    flight.reading = { readAt: this.now, cards: isEmpty ? [] : [aCard()] };
  }

  answer(flight: Flight): void {
    const { address, look, reading } = flight;
    this.drop(flight);
    if (reading === undefined) return; // it failed before Ottu read anything
    this.ledger.keep(address, look, reading.cards);
    const isCurrent = look.at > (this.forgottenAt.get(address.customer) ?? -1);
    const isSure = look.at >= (this.doubtUntil.get(address.customer) ?? 0);
    if (isCurrent && isSure) this.kept.set(address.list, { ...reading, begunAt: look.at });
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

  forget(customer: string, doubtMs: number): void {
    const keepFrom = this.now + doubtMs;
    this.ledger.forget({ customer, list: `${customer} all` }, keepFrom);
    for (const filter of FILTERS) this.kept.delete(`${customer} ${filter}`);
    this.forgottenAt.set(customer, this.now);
    this.doubtUntil.set(customer, Math.max(keepFrom, this.doubtUntil.get(customer) ?? 0));
  }

  private joinOrSend(address: ListAddress, look: Look): void {
    const joined = this.flights.find(
      (it) => it.address.list === address.list && it.look.epoch.number === look.epoch.number,
    );
    if (joined === undefined) this.flights.push({ address, look });
    else must(joined.look.at > (this.forgottenAt.get(address.customer) ?? -1), 'join no flight from before a change');
  }
}

function must(holds: boolean, what: string): void {
  if (!holds) throw new Error(`The ledger must ${what}.`);
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
  .map(([who, filter]) =>
    command(`list ${who} ${filter}`, (world) => world.list({ customer: who, list: `${who} ${filter}` })),
  );
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
      world.forget(pending.customer, DOUBT_MS);
    }),
  ),
  nth.map((index) =>
    command(`Ottu carries an unknown delete out ${index}`, (world) => {
      const pending = pick(world.deletes, index);
      if (pending?.at !== undefined && world.now < pending.at + DOUBT_MS) world.act(pending);
    }),
  ),
  customer.map((who) => command(`webhook of ${who}`, (world) => world.forget(who, 0))),
  fc.constantFrom(100, 4_000, DOUBT_MS).map((ms) => command(`${ms} ms pass`, (world) => void (world.now += ms))),
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

it('holds no more lists than it may', () => {
  const ledger = new ListLedger(TTL_MS, 3);
  const addresses = Array.from({ length: 10 }, (_, index) => ({ customer: `c${index}`, list: `l${index}` }));
  for (const address of addresses) ledger.keep(address, ledger.look(address, 0), [aCard()]);
  const kept = addresses.filter((address) => ledger.look(address, 1).cards !== undefined);
  expect(kept.length).toBeLessThanOrEqual(3);
});

it('keeps its doubt about a customer whom it had to forget for others', () => {
  const ledger = new ListLedger(TTL_MS, 2);
  const addressOf = (name: string) => ({ customer: name, list: name });
  ledger.forget(addressOf('anna'), DOUBT_MS);
  for (const other of ['bader', 'carl']) ledger.look(addressOf(other), 0);

  ledger.keep(addressOf('anna'), ledger.look(addressOf('anna'), 1), [aCard()]);
  expect(ledger.look(addressOf('anna'), 2).cards).toBeUndefined();
  ledger.keep(addressOf('anna'), ledger.look(addressOf('anna'), DOUBT_MS), [aCard()]);
  expect(ledger.look(addressOf('anna'), DOUBT_MS + 1).cards).toHaveLength(1);
});
