import type { FakeOttu } from 'nestjs-ottu-cards/testing';
import { closeAll, startFake } from '../support/application.js';
import { Instance, Program } from '../support/instances.js';
import { describeWithRedis, startRedis, type TestRedis } from '../support/redis.js';

const LIMIT = 90;
const INSTANCES = 8;
const CALLS = 25;

describeWithRedis('a limit that eight processes share (needs redis-server)', () => {
  let program: Program;
  let redis: TestRedis;
  let fake: FakeOttu;
  const instances: Instance[] = [];

  beforeAll(async () => {
    program = new Program();
    redis = await startRedis();
    fake = await startFake();
    const setup = { options: fake.options, redis: redis.url, limit: LIMIT };
    instances.push(
      ...(await Promise.all(Array.from({ length: INSTANCES }, async () => Instance.start(program, setup)))),
    );
  }, 60_000);
  afterAll(async () => {
    await Promise.all(instances.map(async (instance) => instance.stop()));
    await closeAll();
    await redis.stop();
    program.remove();
  });

  /** Every instance lists so often at once; the errors of all calls. */
  async function listEverywhere(times: number): Promise<(string | undefined)[]> {
    const calls = instances.flatMap((instance) =>
      Array.from({ length: times }, async (_, call) => instance.call('list', { customerId: `customer-${call}` })),
    );
    return (await Promise.all(calls)).map(({ error }) => error);
  }

  it('is never exceeded, and no request of it is wasted', async () => {
    const errors = await listEverywhere(CALLS);
    expect(fake.received.length).toBe(LIMIT);
    const refused = errors.filter((error) => error !== undefined);
    expect(refused.length).toBe(INSTANCES * CALLS - LIMIT);
    expect(new Set(refused.map((error) => error?.replace(/\d+ s\.$/, 'N s.')))).toEqual(
      new Set([
        "OttuRateLimitError: Not sent to Ottu: POST /b/pbl/v2/card/. The application's own limit for requests is reached (limiter). Try again in N s.",
      ]),
    );
  }, 30_000);

  it('limits nothing while Redis is away', async () => {
    await redis.halt();
    const before = fake.received.length;
    expect(await listEverywhere(1)).toEqual(Array.from({ length: INSTANCES }, () => undefined));
    expect(fake.received.length).toBe(before + INSTANCES);
  }, 30_000);
});
