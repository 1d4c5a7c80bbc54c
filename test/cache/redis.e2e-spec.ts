import { setTimeout as sleep } from 'node:timers/promises';
import { aCard, FakeOttu } from 'nestjs-ottu-cards/testing';
import { Instance, Program } from '../support/instances.js';
import { describeWithRedis, startRedis, type TestRedis } from '../support/redis.js';
import { randomNumbers, SEED } from '../support/random.js';
import { SlowRoad } from '../support/slow-road.js';

const TTL_MS = 3_000;
/** What a list and a delete wait for the store, and what the promise of a deadline may be late in a test. */
const SHORT_MS = 200 + 500;
const PUBLISH_MS = 1_000 + 500;

describe.each([2, 4])(`%i processes with one Redis (seed ${SEED})`, (count) => {
  describeWithRedis('(needs redis-server: apt-get install redis-server)', () => {
    let fake: FakeOttu;
    let road: SlowRoad;
    let redis: TestRedis;
    let program: Program;
    let instances: readonly Instance[];

    beforeAll(async () => {
      program = new Program();
      [fake, redis] = [await FakeOttu.start(), await startRedis()];
      const random = randomNumbers();
      road = await SlowRoad.start(fake.url, () => (random() < 0.2 ? 40 : random() * 4));
      const setup = { options: { ...fake.options, baseUrl: road.url }, redis: redis.url, ttlMs: TTL_MS };
      instances = await Promise.all(Array.from({ length: count }, () => Instance.start(program, setup)));
    }, 30_000);
    afterAll(async () => {
      await Promise.all(instances.map((instance) => instance.stop()));
      await road.stop();
      await fake.stop();
      await redis.stop();
      program.remove();
    });

    const everyone = <T>(act: (instance: Instance, index: number) => Promise<T>): Promise<T[]> =>
      Promise.all(instances.map(act));
    const one = (): Instance => {
      const [first] = instances;
      if (first === undefined) throw new Error('There is no instance.');
      return first;
    };
    const saveFor = (customerId: string): string => fake.save(aCard({ customerId })).token;

    /** Resolves once a new customer's list, asked for by one after the other, was one request to Ottu. */
    async function everyoneShares(withinMs: number): Promise<void> {
      const requests: number[] = [];
      for (const startedAt = performance.now(); performance.now() - startedAt < withinMs; await sleep(100)) {
        const customerId = `newcomer ${requests.length} of ${withinMs}`;
        const token = saveFor(customerId);
        for (const instance of instances) expect(await instance.list(customerId)).toEqual([token]);
        requests.push(fake.received.filter(({ body }) => body.includes(customerId)).length);
        if (requests.at(-1) === 1) return;
      }
      throw new Error(`Each customer took more than one request: ${requests.join(', ')}.`);
    }

    it('ask Ottu once for one customer, one after the other', async () => {
      await everyoneShares(5_000);
    }, 10_000);

    it('all know a delete the moment it is settled, whatever else is under way', async () => {
      const round = async (customerId: string, number: number): Promise<readonly string[]> => {
        const token = saveFor(customerId);
        const listAll = (): Promise<readonly string[]>[] =>
          instances.flatMap((it) => [it.list(customerId), it.list(customerId, ['credit-card'])]);
        const before = listAll();
        if (number % 2 === 0) await Promise.all(before);
        const deleter = instances[number % count] ?? one();
        expect((await deleter.call('delete', { customerId, token })).error).toBeUndefined();
        const after = await Promise.all(listAll());
        await Promise.all(before); // old answers, written after the delete, must not come back
        return [...after, ...(await Promise.all(listAll()))].flat();
      };
      for (let wave = 0; wave < 16; wave += 1) {
        const rounds = Array.from({ length: 4 }, async (_, number) => round(`customer ${wave} ${number}`, number));
        expect((await Promise.all(rounds)).flat()).toEqual([]);
      }
    }, 20_000);

    it('wait shortly for a Redis that has stopped answering, and find their way back', async () => {
      const tokens = [saveFor('paused'), saveFor('paused')];
      await everyone((instance) => instance.list('paused'));
      redis.pause();
      const answers = await everyone((instance) => instance.call('list', { customerId: 'paused' }));
      for (const { error, ms, tokens: shown } of answers) {
        expect([error, shown]).toEqual([undefined, tokens]);
        expect(ms).toBeLessThan(SHORT_MS);
      }
      const deleted = await one().call('delete', { customerId: 'paused', token: tokens[0] ?? '' });
      expect(deleted.error).toBeUndefined();
      expect(deleted.ms).toBeLessThan(PUBLISH_MS);
      expect(await one().list('paused')).toEqual([tokens[1]]);
      redis.resume();
      expect(await one().list('paused')).toEqual([tokens[1]]);
      await sleep(TTL_MS); // the others may have missed it for so long
      expect(await everyone((instance) => instance.list('paused'))).toEqual(instances.map(() => [tokens[1]]));
    }, 15_000);

    it('do without a Redis that is gone, and share again 10 s after it has come back', async () => {
      const tokens = [saveFor('stopped'), saveFor('stopped')];
      await everyone((instance) => instance.list('stopped'));
      await redis.halt();
      for (let time = 0; time < 6; time += 1) {
        const answers = await everyone((instance) => instance.call('list', { customerId: 'stopped' }));
        for (const { error, ms, tokens: shown } of answers) {
          expect([error, shown]).toEqual([undefined, tokens]);
          expect(ms).toBeLessThan(SHORT_MS);
        }
      }
      expect((await one().call('delete', { customerId: 'stopped', token: tokens[0] ?? '' })).error).toBeUndefined();
      expect(await one().list('stopped')).toEqual([tokens[1]]);
      await redis.start();
      expect(await one().list('stopped')).toEqual([tokens[1]]);
      await sleep(10_000); // the pause; then each has to find its connection again
      await everyoneShares(20_000);
      expect(await everyone((instance) => instance.list('stopped'))).toEqual(instances.map(() => [tokens[1]]));
    }, 40_000);
  });
});
