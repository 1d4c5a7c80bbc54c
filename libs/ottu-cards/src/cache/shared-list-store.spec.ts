import { jest } from '@jest/globals';
import fc from 'fast-check';
import type { ListCardsFilter, SavedCard } from '../cards/saved-card.js';
import { aCard } from '../testing/builders.js';
import { CachedLists } from './cached-lists.js';
import { type CardStore, EncryptedStore } from './encrypted-store.js';
import { SharedListStore } from './shared-list-store.js';

const TTL_MS = 60_000;
const ANNA = { customerId: 'anna' };

/** One thing that happens in one of two instances. */
interface Step {
  readonly instance: 0 | 1;
  readonly kind: 'list' | 'filtered list' | 'delete';
  /** Begins when the step before has settled, whatever else is under way. */
  readonly waits: boolean;
  /** How long Ottu's answer is on its way, in turns of the scheduler. */
  readonly turns: number;
}

const STEPS = fc.array(
  fc.record<Step>({
    instance: fc.constantFrom(0, 1),
    kind: fc.constantFrom('list', 'list', 'filtered list', 'delete'),
    waits: fc.boolean(),
    turns: fc.constantFrom(1, 1, 10, 30),
  }),
  { minLength: 3, maxLength: 9 },
);

/** Two instances, one Ottu and one store; every request and every command travels there and back in an order of chance. */
class World {
  readonly problems: string[] = [];
  /** Ottu's list is one card whose token counts the deletes so far. */
  private version = 0;
  private readonly settled = [0, 0];
  private readonly data = new Map<string, string>();
  private readonly instances: readonly CachedLists[];

  constructor(
    private readonly scheduler: fc.Scheduler,
    /** Which writes get lost while the store says that they are done, as a Keyv says whose Redis is gone. */
    private readonly losses: Iterator<boolean>,
  ) {
    this.instances = [0, 1].map(() => {
      const store = new EncryptedStore(this.store(), 'obviously false secret', ['shop']);
      return new CachedLists(new SharedListStore(store, TTL_MS), TTL_MS);
    });
  }

  /** @param seenBy whose deletes a list must know of: those of all instances, or of its own alone */
  async run(steps: readonly Step[], seenBy: 'all' | 'its own'): Promise<void> {
    const running: Promise<void>[] = [];
    for (const step of steps) {
      if (step.waits) await running.at(-1);
      running.push(step.kind === 'delete' ? this.delete(step) : this.list(step, seenBy));
    }
    await Promise.all(running);
  }

  private async list({ instance, kind, turns }: Step, seenBy: 'all' | 'its own'): Promise<void> {
    const known = seenBy === 'all' ? Math.max(...this.settled) : (this.settled[instance] ?? 0);
    const filter = kind === 'list' ? ANNA : { ...ANNA, pgCodes: ['knet'] };
    const cards = await this.instances[instance]?.list(filter, {}, () => this.ask(turns));
    const shown = Number(cards?.[0]?.token);
    if (!(shown >= known)) this.problems.push(`instance ${instance} shows ${shown} after delete ${known}`);
  }

  private async delete({ instance }: Step): Promise<void> {
    const version = await this.instances[instance]?.forgetAfter({ ...ANNA, effect: 'delete' }, async () => {
      await this.scheduler.schedule(Promise.resolve(), 'delete, there');
      this.version += 1;
      const done = this.version;
      await this.scheduler.schedule(Promise.resolve(), 'delete, back');
      return done;
    });
    this.settled[instance] = Math.max(version ?? 0, this.settled[instance] ?? 0);
  }

  private async ask(turns: number): Promise<SavedCard[]> {
    await this.scheduler.schedule(Promise.resolve(), 'list, there');
    const cards = [aCard({ ...ANNA, token: String(this.version) })];
    for (let turn = 0; turn < turns; turn += 1) await this.scheduler.schedule(Promise.resolve(), 'list, back');
    return cards;
  }

  private store(): CardStore {
    const travel = async <T>(what: string, act: () => T): Promise<T> => {
      await this.scheduler.schedule(Promise.resolve(), `${what}, there`);
      const result = act();
      await this.scheduler.schedule(Promise.resolve(), `${what}, back`);
      return result;
    };
    return {
      get: (key) => travel('get', () => this.data.get(key)),
      set: (key, value) => travel('set', () => this.losses.next().value === true || this.data.set(key, value)),
      delete: (key) => travel('delete', () => this.data.delete(key)),
    };
  }
}

describe('a kept list', () => {
  const secret = 'obviously false secret';
  const shop = ['shop'];
  let data: Map<string, string>;
  let store: SharedListStore;
  const encrypted = (): EncryptedStore => new EncryptedStore(data, secret, shop);
  beforeEach(() => {
    data = new Map();
    store = new SharedListStore(encrypted(), TTL_MS);
  });

  async function keep(cards: readonly SavedCard[]): Promise<void> {
    const lookup = await store.lookup(ANNA);
    if (lookup.cards === undefined) lookup.keep(cards);
    await new Promise(setImmediate);
  }

  /** Changes what lies there as only this library can, for it has the secret. */
  async function change(to: (entry: object) => object): Promise<void> {
    const key = encrypted().keyOf('list', ANNA.customerId, '');
    const entry: unknown = await encrypted().get(key);
    if (typeof entry !== 'object' || entry === null) throw new Error('Nothing was kept.');
    await encrypted().set(key, to(entry), TTL_MS);
  }

  it('is read back whole', async () => {
    const cards = [aCard({ ...ANNA, agreements: ['A-1'], brand: null }), aCard(ANNA)];
    await keep(cards);
    await change((entry) => entry);
    expect((await store.lookup(ANNA)).cards).toEqual(cards);
  });

  it.each<[name: string, to: (entry: object) => object]>([
    ['when it is of another format', (entry) => ({ ...entry, format: 0 })],
    ['without cards', (entry) => ({ ...entry, cards: undefined })],
    [
      'with one card of another customer',
      (entry) => ({ ...entry, cards: [aCard(ANNA), aCard({ customerId: 'bader' })] }),
    ],
    ['with a card that is none', (entry) => ({ ...entry, cards: [null] })],
    ['when it is of another version', (entry) => ({ ...entry, version: 'another' })],
    ['when it is from the future', (entry) => ({ ...entry, askedAt: Date.now() + 5_000 })],
  ])('is not served %s', async (_, to) => {
    await keep([aCard(ANNA)]);
    await change(to);
    expect((await store.lookup(ANNA)).cards).toBeUndefined();
  });

  it('is not from before a change, even where the store lost the change', async () => {
    const lookup = await store.lookup(ANNA);
    const before = [...data.keys()];
    data.set = () => data; // says that it is done
    await store.forget(ANNA.customerId, 0);
    Reflect.deleteProperty(data, 'set');
    if (lookup.cards === undefined) lookup.keep([aCard(ANNA)]);
    await new Promise(setImmediate);
    expect([...data.keys()]).toEqual(before);
  });

  it('is not kept after an uncertain delete, even where the store lost that', async () => {
    await keep([aCard(ANNA)]);
    const before = [...data];
    await store.forget(ANNA.customerId, 60_000);
    data.clear();
    for (const [key, value] of before) data.set(key, value);
    await keep([aCard(ANNA), aCard(ANNA)]);
    expect([...data]).toEqual(before);
  });

  it('is not kept after an uncertain delete that ended while a list looked the customer up', async () => {
    let release = (): void => undefined;
    const released = new Promise<void>((resolve) => {
      release = resolve;
    });
    let held = 2; // the customer's version and the list, as they were before the delete
    const slow: CardStore = {
      get: async (key) => {
        const value = data.get(key);
        held -= 1;
        if (held >= 0) await released;
        return value;
      },
      set: (key, value) => data.set(key, value),
      delete: (key) => data.delete(key),
    };
    const instance = new SharedListStore(new EncryptedStore(slow, secret, shop), TTL_MS);
    const looked = instance.lookup(ANNA);
    await instance.forget(ANNA.customerId, 60_000);
    release();
    await looked;

    await keep([aCard(ANNA)]); // in another instance
    expect((await store.lookup(ANNA)).cards).toBeUndefined();
  });

  it('has the format of these fields of a card: when they change, raise ENTRY_FORMAT', () => {
    expect(Object.keys(aCard()).toSorted()).toEqual(
      [
        'id',
        'token',
        'customerId',
        'brand',
        'number',
        'last4',
        'nameOnCard',
        'expiryMonth',
        'expiryYear',
        'pgCode',
        'pgName',
        'isPreferred',
        'isExpired',
        'willExpireSoon',
        'cvvRequired',
        'agreements',
      ].toSorted(),
    );
  });
});

it('gives different things different keys that show none of them', () => {
  const store = new EncryptedStore(new Map<string, string>(), 'obviously false secret', ['a']);
  const other = new EncryptedStore(new Map<string, string>(), 'obviously false secret', ['a', 'b']);
  const another = new EncryptedStore(new Map<string, string>(), 'another false secret', ['a']);
  const keys = [
    ...[['b', 'c'], ['b,c'], ['b'], ['b"', 'c'], ['["b","c"]'], ['']].map((parts) => store.keyOf(...parts)),
    other.keyOf('d'),
    another.keyOf('b'),
  ];
  expect(new Set(keys).size).toBe(keys.length);
  for (const key of keys) expect(key).toMatch(/^ottu-cards:[\w-]{43}$/);
});

it('tells of a change that the store did not take at the next list, whoever else was looked at', async () => {
  const data = new Map<string, string>();
  let isDown = false;
  const command = <T>(work: () => T): Promise<T> =>
    isDown ? Promise.reject(new Error('down')) : Promise.resolve(work());
  const store = {
    get: (key: string) => command(() => data.get(key)),
    set: (key: string, value: string) => command(() => void data.set(key, value)),
    delete: (key: string) => command(() => void data.delete(key)),
  };
  const start = (): SharedListStore =>
    new SharedListStore(new EncryptedStore(store, 'obviously false secret', ['shop']), TTL_MS);
  const [one, other] = [start(), start()];
  const filter = { ...ANNA, pgCodes: ['knet'] };
  const miss = await other.lookup(filter);
  if (!('keep' in miss)) throw new Error('nothing was kept yet');
  miss.keep([{ ...aCard(ANNA), id: 'an-id' }]);
  await new Promise(setImmediate);
  expect(await other.lookup(filter)).toHaveProperty('cards');

  isDown = true;
  await one.forget(ANNA.customerId, 0);
  isDown = false;
  for (let index = 0; index <= 10_000; index += 1) await one.lookup({ customerId: `customer-${index}` });
  await one.lookup(filter);
  expect(await other.lookup(filter)).not.toHaveProperty('cards');
}, 30_000);

describe('through a store that instances share', () => {
  const SECRET = 'obviously false secret';
  const NOON = Date.parse('2026-11-21T12:00:00Z');
  const SKEW_MS = 1_000;
  const UNCERTAIN_MS = 60_000;
  let data: Map<string, string>;
  let written: { readonly key: string; readonly ttlMs: number }[];
  /** What the store does with a command instead of carrying it out. */
  let instead: { get?: (key: string) => unknown; set?: (key: string, value: string) => unknown };
  let one: SharedListStore;
  let other: SharedListStore;

  beforeEach(() => {
    jest.useFakeTimers({ doNotFake: ['nextTick', 'setImmediate'], now: NOON });
    [data, written, instead] = [new Map(), [], {}];
    [one, other] = [start(), start()];
  });
  afterEach(() => jest.useRealTimers());

  function encrypted(): EncryptedStore {
    const store: CardStore = {
      get: (key) => (instead.get ? instead.get(key) : data.get(key)),
      set: (key, value, ttlMs) => {
        written.push({ key, ttlMs });
        return instead.set ? instead.set(key, value) : data.set(key, value);
      },
      delete: (key) => data.delete(key),
    };
    return new EncryptedStore(store, SECRET, ['shop']);
  }

  const start = (): SharedListStore => new SharedListStore(encrypted(), TTL_MS);
  const fails = (): Promise<never> => Promise.reject(new Error('no connection'));
  const settled = (): Promise<void> => new Promise(setImmediate);

  /** Asks Ottu where nothing is kept; `kept`, or the key of the request. */
  async function list(instance: SharedListStore, filter: ListCardsFilter = ANNA, tookMs = 0): Promise<string> {
    const lookup = await instance.lookup(filter);
    if (lookup.cards) return 'kept';
    jest.setSystemTime(Date.now() + tookMs);
    lookup.keep([aCard(filter)]);
    await settled();
    return lookup.key;
  }

  /** The list of all cards as it lies in the store, changed. */
  async function change(facts: object): Promise<void> {
    const key = encrypted().keyOf('list', ANNA.customerId, '');
    const entry: unknown = await encrypted().get(key);
    await encrypted().set(key, Object.assign({}, entry, facts), TTL_MS);
  }

  it('versions and lists lie under the same keys in every release: instances of two run side by side', async () => {
    await list(one);
    await list(one, { ...ANNA, pgCodes: ['knet'], agreementId: 'A-1' });
    expect([...data.keys()]).toEqual([
      'ottu-cards:8TgxF0lrlFSP05E320jsXIfR_OluSl1AKRkoSazM_jU',
      'ottu-cards:z3eUpYhzZcQS3XX_A_Ls7QsSRvyVfSNvGL0DnX89L1c',
      'ottu-cards:Zw2WWHVEIXzXrCz7UQqr-vUAuw30Eh8rmSee-XZOER0',
    ]);
  });

  it('a value that another release wrote is read', async () => {
    const value = 'v1.-CSvjWg7iJmRq92dl1Y3w-g1LDjXRwoSfUhcErKRdaICoLJz3kz4M9-EPJADTA555JvM9XOHAdAB6yI';
    data.set('a key', value);
    expect(await encrypted().get('a key')).toEqual({ id: 'a version', keepFrom: 0 });
  });

  it.each([
    [2, true],
    [4, false],
  ])('a value of %i MiB is opened: %s', async (mib, isOpened) => {
    const value = 'x'.repeat(mib * 2 ** 20);
    await encrypted().set('a key', value, TTL_MS);
    expect((await encrypted().get('a key')) === value).toBe(isOpened);
  });

  it('a version stays at least for a day, which is longer than any list', async () => {
    await list(one);
    expect(written[0]).toEqual({ key: encrypted().keyOf('version', 'anna'), ttlMs: 24 * 60 * 60_000 });
  });

  it('a list is left to the store for the rest of its life', async () => {
    await list(one, ANNA, 10_000);
    expect(written.at(-1)?.ttlMs).toBe(TTL_MS - 10_000);
    written.length = 0;
    await list(one, { ...ANNA, pgCodes: ['knet'] }, TTL_MS);
    expect(written).toEqual([]);
  });

  it.each([
    [-SKEW_MS, false],
    [-SKEW_MS + 1, true],
    [TTL_MS - 1, true],
    [TTL_MS, false],
  ])('a list that is %i ms old, by the clock of its instance, is served: %p', async (ageMs, isServed) => {
    await list(other);
    await change({ askedAt: NOON - ageMs });
    expect((await one.lookup(ANNA)).cards !== undefined).toBe(isServed);
  });

  it('a change forgets the lists of its customer, and of nobody else, and leaves no card of it there', async () => {
    const bader = { customerId: 'bader' };
    for (const filter of [ANNA, bader]) await list(one, filter);
    await other.forget(ANNA.customerId, 0);
    expect(data.has(encrypted().keyOf('list', 'anna', ''))).toBe(false);
    expect(await list(one)).not.toBe('kept');
    expect(await list(one, bader)).toBe('kept');
  });

  it('a list from right after a change is kept and served', async () => {
    await one.forget(ANNA.customerId, 0);
    await list(one);
    expect([await list(one), await list(other)]).toEqual(['kept', 'kept']);
  });

  it('requests from before and after a change of another instance are two', async () => {
    const before = await one.lookup(ANNA);
    await other.forget(ANNA.customerId, 0);
    const after = await one.lookup(ANNA);
    expect(before.cards ?? before.key).not.toBe(after.cards ?? after.key);
  });

  it('after a change of its own an instance takes lists of others a second later, for clocks differ', async () => {
    await one.forget(ANNA.customerId, 0);
    await other.forget(ANNA.customerId, 0);
    await list(other);
    jest.setSystemTime(NOON + SKEW_MS);
    await change({ askedAt: NOON + SKEW_MS - 1 });
    expect((await one.lookup(ANNA)).cards).toBeUndefined();
    await change({ askedAt: NOON + SKEW_MS });
    expect((await one.lookup(ANNA)).cards).toHaveLength(1);
  });

  it.each([
    [UNCERTAIN_MS, 0],
    [0, UNCERTAIN_MS],
  ])('an uncertain delete stays uncertain whatever comes with it: %i and %i ms', async (first, second) => {
    await one.forget(ANNA.customerId, first);
    await other.forget(ANNA.customerId, second);
    const third = start();
    jest.setSystemTime(NOON + UNCERTAIN_MS - 1);
    expect([await list(third), await list(third)]).not.toContain('kept');
    jest.setSystemTime(NOON + UNCERTAIN_MS);
    expect(await list(third)).not.toBe('kept');
    expect(await list(third)).toBe('kept');
  });

  it.each<[what: string, version: unknown]>([
    ['without an id', { keepFrom: 0 }],
    ['with an id of another type', { id: 7, keepFrom: 0 }],
    ['without a time', { id: 'a version' }],
    ['with a time of another type', { id: 'a version', keepFrom: '0' }],
    ['that is none', 'a version'],
  ])('a version %s is replaced', async (_, version) => {
    const key = encrypted().keyOf('version', ANNA.customerId);
    await encrypted().set(key, version, TTL_MS);
    await list(one);
    expect(await encrypted().get(key)).toEqual({ id: expect.stringMatching(/^[\w-]{36}$/), keepFrom: 0 });
    expect(await list(other)).toBe('kept');
  });

  it.each(
    [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12].flatMap((turns) => [
      [turns, 'a find'] as const,
      [turns, 'a list'] as const,
    ]),
  )(
    'an uncertain delete stays uncertain when, %i turns later, %s of another instance writes a version',
    async (turns, what) => {
      const pass = async (count: number): Promise<void> => {
        for (let turn = 0; turn < count; turn += 1) await new Promise(setImmediate);
      };
      const travel = async <T>(act: () => T): Promise<T> => {
        await pass(3);
        const result = act();
        await pass(3);
        return result;
      };
      instead = {
        get: (key) => travel(() => data.get(key)),
        set: (key, value) => travel(() => data.set(key, value)),
      };
      const told = one.forget(ANNA.customerId, UNCERTAIN_MS);
      await pass(turns);
      await (what === 'a find' ? other.forget(ANNA.customerId, 0) : list(other));
      await told;
      await list(start());
      await pass(20);
      expect([await list(start()), await list(other)]).not.toContain('kept');
    },
  );

  it('lists are kept again after the store lost everything', async () => {
    await list(one);
    data.clear();
    expect([await list(one), await list(one)]).toEqual([expect.any(String), 'kept']);
    expect(await list(other)).toBe('kept');
  });

  it('a store that fails costs nothing but what it would have kept', async () => {
    instead = { get: fails, set: fails };
    expect(await list(one)).not.toBe('kept');
    instead = {};
    expect([await list(one), await list(one)]).toEqual([expect.any(String), 'kept']);
  });

  it('a change that the store lost, though it said "done", is told at the next list', async () => {
    await list(other);
    await list(other, { ...ANNA, pgCodes: ['knet'] });
    instead = { set: () => 'OK' };
    await one.forget(ANNA.customerId, 0);
    instead = {};
    await one.lookup(ANNA);
    expect(await list(other, { ...ANNA, pgCodes: ['knet'] })).not.toBe('kept');
  });

  it('a change that the store lost is told also where an earlier one arrives after it', async () => {
    let arrive = (): void => undefined;
    const arrived = new Promise<void>((resolve) => {
      arrive = resolve;
    });
    const sets = [() => arrived.then(() => written.at(-1)), fails];
    let values = 0;
    const store: CardStore = {
      get: (key) => data.get(key),
      set: async (key, value) => {
        await sets[values++]?.();
        data.set(key, value);
      },
      delete: (key) => data.delete(key),
    };
    const slow = new SharedListStore(new EncryptedStore(store, SECRET, ['shop']), TTL_MS);
    const first = slow.forget(ANNA.customerId, 0);
    await settled();
    await slow.forget(ANNA.customerId, 0);
    arrive();
    await first;
    await list(other);
    expect(await list(other)).toBe('kept');
    await slow.lookup(ANNA);
    expect(await list(other)).not.toBe('kept');
  });
});

const NEVER = fc.constant({ next: () => ({ done: false, value: false }) });
const SOMETIMES = fc.infiniteStream(fc.boolean());

it.each([
  ['every instance once the store knows it', 'all', NEVER],
  ['its own instance even where the store loses writes', 'its own', SOMETIMES],
] as const)(
  'a settled delete is known to %s, in whatever order commands arrive',
  async (_, seenBy, losses) => {
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), losses, STEPS, async (scheduler, lost, steps) => {
        const world = new World(scheduler, lost);
        await scheduler.waitFor(world.run(steps, seenBy));
        expect(world.problems).toEqual([]);
      }),
      { numRuns: Math.ceil(400 * Number(process.env['RANDOM_SHARE'] ?? 1)), endOnFailure: true },
    );
  },
  60_000,
);
