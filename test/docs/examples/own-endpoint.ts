// #region own-endpoint
import { Body, Controller, HttpCode, Post, UnauthorizedException } from '@nestjs/common';
import { verifyWebhook } from 'nestjs-ottu-cards/webhooks';

@Controller('payments')
export class PaymentsController {
  @Post()
  @HttpCode(200)
  paid(@Body() payload: unknown): { scheme: string } {
    const scheme = verifyWebhook({ payload, hmacKey: process.env['OTTU_HMAC_KEY'] ?? '' });
    if (scheme === undefined) throw new UnauthorizedException();
    return { scheme }; // only what this scheme signs is proven
  }
}
// #endregion
