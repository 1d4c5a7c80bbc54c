import { Body, Controller, Get, Header, HttpCode, Inject, Post, Put, ValidationPipe } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import { UserCardsService } from 'nestjs-ottu-cards';
import { aCard, endRateLimit, FakeOttu, type ScriptedAnswer } from 'nestjs-ottu-cards/testing';
import { customerIdOf, DEMO_CUSTOMERS, holder, saveDemoCards } from '../demo/demo-customers.js';
import { ShopStorage } from '../storage/shop-storage.js';
import { Activity, type ShownRow } from './activity.js';
import { type Mood, MoodDto, NewCardDto } from './dev.dto.js';
import { cardOf } from './fake-checkout.service.js';

/** How the fake answers in each mood. */
const MOODS: Readonly<Record<Mood, ScriptedAnswer | undefined>> = {
  well: undefined,
  slow: { delayMs: 3_000 },
  down: { status: 503, body: { detail: 'Service unavailable.' } },
  limited: {
    status: 429,
    headers: { 'retry-after': '15' },
    body: { detail: 'Request was throttled. Expected available in 15 seconds.' },
  },
  refusing: { status: 401, body: { detail: 'Authentication credentials were not provided.' } },
};

interface DevState {
  readonly mood: Mood;
  /** For how long the library holds calls back, because the fake asked for a pause. */
  readonly rateLimitedForMs: number | null;
  readonly rows: readonly ShownRow[];
}

/** What the page at /dev shows and steers. Exists only beside the fake. */
@Controller('dev')
@ApiExcludeController()
export class DevController {
  private mood: Mood = 'well';

  constructor(
    @Inject(FakeOttu) private readonly fake: FakeOttu,
    private readonly activity: Activity,
    private readonly storage: ShopStorage,
    private readonly cards: UserCardsService,
  ) {}

  @Get('state')
  @Header('Cache-Control', 'no-store')
  state(): DevState {
    this.fake.received.length = 0; // the activity has it already
    const { rateLimitedForMs = null } = this.cards.status();
    return { mood: this.mood, rateLimitedForMs, rows: this.activity.shown() };
  }

  @Put('mood')
  @HttpCode(204)
  async change(@Body(new ValidationPipe()) { mood }: MoodDto): Promise<void> {
    this.mood = mood;
    this.fake.always(MOODS[mood]);
    endRateLimit(this.cards);
    await this.forgetLists(); // or the next page view would come from the cache
  }

  /** Everything as it was when the shop started. */
  @Post('reset')
  @HttpCode(204)
  async reset(): Promise<void> {
    this.mood = 'well';
    this.activity.forget();
    this.fake.reset();
    saveDemoCards(this.fake);
    endRateLimit(this.cards);
    await this.forgetLists();
  }

  @Post('cards')
  @HttpCode(204)
  async add(@Body(new ValidationPipe()) card: NewCardDto): Promise<void> {
    const { customer, pgCode, isLocked } = card;
    const agreements = isLocked ? ['AGREEMENT-2'] : [];
    this.fake.save(aCard({ ...holder(customer), ...cardOf(card), pgCode, pgName: pgCode, agreements }));
    await this.forgetLists();
  }

  /** The library does not see what is changed at the fake itself. */
  private async forgetLists(): Promise<void> {
    const { cardCache } = this.storage;
    await Promise.all(DEMO_CUSTOMERS.map((customer) => cardCache.invalidate({ customerId: customerIdOf(customer) })));
  }
}
