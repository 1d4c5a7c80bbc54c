import { Controller, Get } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { HealthCheck, type HealthCheckResult, HealthCheckService, HealthIndicatorService } from '@nestjs/terminus';
import { UserCardsService } from 'nestjs-ottu-cards';

/** Failures that only this shop's operator can mend. When Ottu is away, a restart of the shop helps nobody. */
const OURS = new Set(['OttuAuthError', 'OttuConfigError']);
/** A shop without visitors makes no call that could show that the failure is mended. */
const FORGET_AFTER_MS = 5 * 60_000;

/** For whoever starts and stops instances of this shop. Asks Ottu nothing. */
@Controller('health')
@ApiTags('Health')
export class HealthController {
  constructor(
    private readonly health: HealthCheckService,
    private readonly indicators: HealthIndicatorService,
    private readonly cards: UserCardsService,
  ) {}

  @Get()
  @HealthCheck()
  check(): Promise<HealthCheckResult> {
    return this.health.check([
      () => {
        const { failuresInARow, lastFailure } = this.cards.status();
        const ottu = this.indicators.check('ottu');
        if (failuresInARow === 0 || lastFailure === undefined || !OURS.has(lastFailure.error)) return ottu.up();
        return Date.now() - lastFailure.at.getTime() < FORGET_AFTER_MS ? ottu.down(lastFailure.error) : ottu.up();
      },
    ]);
  }
}
