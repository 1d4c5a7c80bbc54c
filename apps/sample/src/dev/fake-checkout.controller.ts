import type { IncomingMessage } from 'node:http';
import { Body, Controller, HttpCode, Post, Req, UseGuards, ValidationPipe } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import { customerOf, SessionGuard } from '../session/session.guard.js';
import { PaymentDto, WebhookDto } from './dev.dto.js';
import { FakeCheckoutService, type WebhookReport } from './fake-checkout.service.js';

/** What stands behind the fake's payment page, and behind the webhooks that a developer sends. */
@Controller('dev')
@ApiExcludeController()
export class FakeCheckoutController {
  constructor(private readonly checkout: FakeCheckoutService) {}

  /** Pays as whoever is signed in, as a real payment page does for whom the shop has sent there. */
  @Post('payments')
  @HttpCode(200)
  @UseGuards(SessionGuard)
  async pay(@Body(new ValidationPipe()) payment: PaymentDto, @Req() request: IncomingMessage): Promise<WebhookReport> {
    return this.checkout.pay(payment, customerOf(request) ?? '', request.socket);
  }

  @Post('webhooks')
  @HttpCode(200)
  async send(
    @Body(new ValidationPipe()) webhook: WebhookDto,
    @Req() { socket }: IncomingMessage,
  ): Promise<WebhookReport> {
    return this.checkout.send(webhook, socket);
  }
}
