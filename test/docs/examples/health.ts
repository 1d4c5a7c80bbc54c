// #region health
import { Controller, Get, Inject, Injectable, Module } from '@nestjs/common';
import {
  HealthCheck,
  type HealthCheckResult,
  HealthCheckService,
  type HealthIndicatorResult,
  HealthIndicatorService,
  TerminusModule,
} from '@nestjs/terminus';
import { UserCardsService } from 'nestjs-ottu-cards';

/** Failures that only we can mend: the key, its rights, Ottu's IP allow-list, the source of the key. */
const OURS = new Set(['OttuAuthError', 'OttuConfigError']);
/** An instance without traffic makes no call that could show that the failure is mended: it is up again after that. */
const RECENT_MS = 5 * 60_000;

@Injectable()
export class OttuHealthIndicator {
  constructor(
    @Inject(HealthIndicatorService) private readonly indicators: HealthIndicatorService,
    @Inject(UserCardsService) private readonly cards: UserCardsService,
  ) {}

  /** Asks nobody: it tells what the last calls came to. */
  check(): HealthIndicatorResult {
    const { failuresInARow, lastFailure, lastSuccessAt, rateLimitedForMs } = this.cards.status();
    const details = { failuresInARow, lastFailure, lastSuccessAt, rateLimitedForMs };
    const isFailing = failuresInARow > 0 && lastFailure !== undefined && OURS.has(lastFailure.error);
    const isRecent = Date.now() - (lastFailure?.at.getTime() ?? 0) < RECENT_MS;
    const indicator = this.indicators.check('ottu');
    return isFailing && isRecent ? indicator.down(details) : indicator.up(details);
  }
}

@Controller('health')
export class HealthController {
  constructor(
    @Inject(HealthCheckService) private readonly health: HealthCheckService,
    @Inject(OttuHealthIndicator) private readonly ottu: OttuHealthIndicator,
  ) {}

  @Get()
  @HealthCheck()
  check(): Promise<HealthCheckResult> {
    return this.health.check([() => this.ottu.check()]);
  }
}

@Module({ imports: [TerminusModule], providers: [OttuHealthIndicator], controllers: [HealthController] })
export class HealthModule {}
// #endregion
