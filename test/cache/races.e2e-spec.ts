import { setTimeout as sleep } from 'node:timers/promises';
import fc from 'fast-check';
import { OttuError, type UserCardsService } from 'nestjs-ottu-cards';
import { aCard, type FakeOttu } from 'nestjs-ottu-cards/testing';
import { closeAll, closeWithTest, startFake } from '../support/application.js';
import { startCachedCards } from '../support/cached-cards.js';
import { runs } from '../support/property.js';
import { randomNumbers, SEED } from '../support/random.js';
import { SlowRoad } from '../support/slow-road.js';

afterEach(closeAll);

/** One thing that one customer's pages do. */
interface Step {
  readonly kind: 'list' | 'fresh' | 'find' | 'delete' | 'aborted delete' | 'saved again';
  readonly card: number;
  /** Waits for the step before, or begins while it is under way. */
  readonly waits: boolean;
  readonly pauseMs: number;
}

const CARDS = 3;
const STEP: fc.Arbitrary<Step> = fc.record({
  kind: fc.constantFrom('list', 'list', 'list', 'fresh', 'find', 'delete', 'delete', 'aborted delete', 'saved again'),
  card: fc.nat(CARDS - 1),
  waits: fc.boolean(),
  pauseMs: fc.nat(3),
});

/** 100 rounds of 10 customers at a time: 1,000 interleavings. */
const ROUND = fc.array(fc.array(STEP, { minLength: 4, maxLength: 9 }), { minLength: 10, maxLength: 10 });

it(`never serves a list from before a settled delete, in random interleavings on real sockets (seed ${SEED})`, async () => {
  const fake = await startFake();
  const random = randomNumbers();
  const road = await SlowRoad.start(fake.url, () => Math.floor(random() * 5));
  closeWithTest(() => road.stop());
  const { cards } = await startCachedCards(fake, { ttlMs: 86_400_000 }, { baseUrl: road.url });
  let customers = 0;
  await fc.assert(
    fc.asyncProperty(ROUND, async (round) => {
      const plays = round.map((steps) => new Play(`customer ${(customers += 1)}`, fake, cards).run(steps));
      for (const problems of await Promise.all(plays)) expect(problems).toEqual([]);
    }),
    { numRuns: runs(100), endOnFailure: true, seed: SEED },
  );
  expect(fake.received.length).toBeGreaterThan(runs(1_000));
}, 60_000);

/** One customer's interleaving. Nothing is timed: what had settled when a list began is certain. */
class Play {
  /** Cards whose delete has settled with the word that they are gone. */
  private readonly gone = new Set<string>();
  private readonly savedAgain = new Set<string>();
  private readonly problems: string[] = [];

  constructor(
    private readonly customerId: string,
    private readonly fake: FakeOttu,
    private readonly cards: UserCardsService,
  ) {}

  async run(steps: readonly Step[]): Promise<readonly string[]> {
    const tokens = Array.from({ length: CARDS }, () => this.fake.save(aCard({ customerId: this.customerId })).token);
    const running: Promise<void>[] = [];
    for (const { kind, card, waits, pauseMs } of steps) {
      if (waits) await running.at(-1);
      await sleep(pauseMs);
      running.push(this.play(kind, tokens[card] ?? ''));
    }
    await Promise.all(running);
    await this.list(false);
    await this.theTruthIsShown();
    return this.problems;
  }

  private async play(kind: Step['kind'], token: string): Promise<void> {
    const { customerId } = this;
    if (kind === 'list') return this.list(false);
    if (kind === 'fresh') return this.list(true);
    if (kind === 'find') return void (await this.cards.find({ customerId, token }));
    if (kind === 'saved again') return this.saveAgain(token);
    return this.delete(token, kind === 'aborted delete' ? AbortSignal.timeout(4) : undefined);
  }

  private async list(fresh: boolean): Promise<void> {
    const goneBefore = new Set(this.gone);
    const shown = await this.cards.list({ customerId: this.customerId }, { fresh });
    for (const { token } of shown) {
      if (goneBefore.has(token) && !this.savedAgain.has(token))
        this.problems.push(`${token} is shown after its delete`);
    }
  }

  private async delete(token: string, signal?: AbortSignal): Promise<void> {
    try {
      await this.cards.delete({ customerId: this.customerId, token }, { signal });
      this.gone.add(token);
    } catch (error) {
      if (signal === undefined && !OttuError.is(error)) throw error;
      if (OttuError.is(error) && error.status === 404) this.gone.add(token);
    }
  }

  /** From then on nothing is said of the card until the end: it may be there, or be deleted once more. */
  private async saveAgain(token: string): Promise<void> {
    this.savedAgain.add(token);
    this.fake.save(aCard({ customerId: this.customerId, token }));
    await this.cards.find({ customerId: this.customerId, token });
  }

  /** When every delete has reached Ottu, aborted ones too, and the customer was found once: nothing else is shown. */
  private async theTruthIsShown(): Promise<void> {
    await sleep(15);
    await this.cards.find({ customerId: this.customerId, token: 'tok-0' });
    const shown = await this.cards.list({ customerId: this.customerId });
    const saved = this.fake.cardsOf(this.customerId);
    const names = (list: readonly { token: string }[]): string =>
      list
        .map(({ token }) => token)
        .toSorted()
        .join();
    if (names(shown) !== names(saved)) this.problems.push(`shown: ${names(shown)}, saved: ${names(saved)}`);
  }
}
