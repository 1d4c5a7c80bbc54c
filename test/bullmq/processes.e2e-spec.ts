import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { FakeOttu, FakeWebhook } from 'nestjs-ottu-cards/testing';
import { closeAll, closeWithTest, startFake } from '../support/application.js';
import { eventually } from '../support/eventually.js';
import { Program } from '../support/instances.js';
import { randomNumbers, SEED } from '../support/random.js';
import { describeWithRedis, startRedis, type TestRedis } from '../support/redis.js';
import type { WebhookInstanceSetup } from '../support/webhook-instance.js';

// Two instances of a shop as processes, with the packed library and a real redis-server.
const hmacKey = 'obviously-false-hmac-key';
const EVENTS = 200;

/** A process that may be killed and started anew. */
class Instance {
  webhookUrl = '';
  private child: ChildProcess | undefined;

  constructor(
    private readonly program: Program,
    private readonly setup: WebhookInstanceSetup,
  ) {}

  async start(): Promise<this> {
    const child = fork(this.program.file, [JSON.stringify(this.setup)], {
      execArgv: [],
      env: { PATH: process.env['PATH'] },
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    this.child = child;
    const ended = once(child, 'exit').then(() => Promise.reject(new Error('The instance ended before it listened.')));
    const [url] = await Promise.race([once(child, 'message'), ended]);
    ended.catch(() => undefined);
    this.webhookUrl = String(url);
    return this;
  }

  /** @returns `undefined` without an answer */
  async post(webhook: FakeWebhook): Promise<number | undefined> {
    try {
      const { status } = await fetch(this.webhookUrl, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(webhook),
      });
      return status;
    } catch {
      return undefined;
    }
  }

  async kill(): Promise<void> {
    const { child } = this;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    await ended;
  }

  /** Has `app.close()` called. @returns after how many milliseconds the process has ended */
  async close(): Promise<number> {
    const { child } = this;
    if (child === undefined) return 0;
    const ended = once(child, 'exit');
    const before = performance.now();
    child.send('close');
    await ended;
    return performance.now() - before;
  }
}

describeWithRedis('two instances with one queue', () => {
  let fake: FakeOttu;
  let redis: TestRedis;
  let program: Program;
  let folder: string;

  beforeAll(() => {
    program = new Program('webhook-instance.ts');
  });
  afterAll(() => program.remove());

  beforeEach(async () => {
    fake = await startFake();
    redis = await startRedis();
    closeWithTest(() => redis.stop());
    folder = mkdtempSync(join(tmpdir(), 'ottu-webhooks-'));
    closeWithTest(async () => rmSync(folder, { recursive: true, force: true }));
  });
  afterEach(closeAll);

  async function start(handlerMs: number): Promise<Instance> {
    const file = join(folder, 'handled');
    const instance = new Instance(program, { options: fake.options, redis: redis.url, hmacKey, file, handlerMs });
    closeWithTest(() => instance.kill());
    return instance.start();
  }

  /** Genuine webhooks of payments with a card, none of them delivered yet. */
  async function payments(): Promise<FakeWebhook[]> {
    const pay = async (index: number) =>
      (await fake.pay({ customerId: `customer-${index}`, hmacKey, webhookUrl: 'http://127.0.0.1:1/nobody' })).webhook;
    return Promise.all(Array.from({ length: EVENTS }, (_, index) => pay(index)));
  }

  function handled(): string[] {
    const file = join(folder, 'handled');
    return existsSync(file) ? readFileSync(file, 'utf8').trim().split('\n') : [];
  }

  it('handle 200 events, each delivered to both at once, exactly once', async () => {
    const [one, two] = [await start(5), await start(5)];
    const answers = await Promise.all((await payments()).flatMap((webhook) => [one.post(webhook), two.post(webhook)]));
    expect(answers).toEqual(Array.from({ length: 2 * EVENTS }, () => 200));
    await eventually(() => handled().length, 2 * EVENTS, 30_000);
    await sleep(1_000);
    expect([handled().length, new Set(handled()).size]).toEqual([2 * EVENTS, 2 * EVENTS]);
    expect(await one.close()).toBeLessThan(5_500);
    expect(await two.close()).toBeLessThan(5_500);
  }, 90_000);

  it(`handle everything that was answered 200, though they are killed and restarted (FC_SEED=${SEED})`, async () => {
    const random = randomNumbers();
    const instances = [await start(50), await start(50)];
    const webhooks = await payments();
    const killing = (async () => {
      for (let round = 0; round < 6; round += 1) {
        await sleep(100 + random() * 600);
        const victim = instances[random() < 0.5 ? 0 : 1];
        await victim?.kill();
        await victim?.start();
      }
    })();
    const safe = new Set<FakeWebhook>();
    for (const webhook of webhooks) {
      const answers = await Promise.all(instances.map((instance) => instance.post(webhook)));
      if (answers.includes(200)) safe.add(webhook);
      await sleep(random() * 20);
    }
    await killing;
    expect(safe.size).toBeGreaterThan(EVENTS / 2);
    const missing = (): string[] => {
      const lines = new Set(handled());
      const wanted = [...safe].flatMap(({ order_no }) => [
        `${String(order_no)} onPayment`,
        `${String(order_no)} onSavedCard`,
      ]);
      return wanted.filter((line) => !lines.has(line));
    };
    await eventually(() => missing().length, 0, 90_000);
  }, 180_000);

  it.each([0, 4_000])(
    'end by themselves when they are closed %i ms after Redis went away',
    async (awayMs) => {
      const instance = await start(5);
      await redis.halt();
      await sleep(awayMs);
      expect(await instance.close()).toBeLessThan(5_500);
    },
    30_000,
  );
});
