import { Body, Controller, Headers, HttpCode, Inject, Post, type Type, VERSION_NEUTRAL } from '@nestjs/common';
import { WebhookIntake } from './webhook-intake.js';

/** Where a webhook is mounted, and what the shop's guards must know of it. */
interface WebhookMount {
  readonly path?: string | undefined;
  readonly decorators?: readonly ClassDecorator[] | undefined;
}

/** A class of its own for every mount: metadata of a shared one would be overwritten by the next. */
export function createWebhooksController({ path = '', decorators = [] }: WebhookMount): Type {
  @Controller({ path, version: VERSION_NEUTRAL })
  class OttuWebhooksController {
    constructor(@Inject(WebhookIntake) private readonly intake: WebhookIntake) {}

    /** 200, because Nest's 201 would keep the payer on Ottu's page. */
    @Post()
    @HttpCode(200)
    async receive(
      @Headers('content-type') contentType: string | undefined,
      @Headers('content-length') contentLength: string | undefined,
      @Body() body: unknown,
    ): Promise<void> {
      await this.intake.receive({ contentType, contentLength, body });
    }
  }
  // What is no decorator is told at boot, with all other problems.
  for (const decorate of decorators) if (typeof decorate === 'function') decorate(OttuWebhooksController);
  return OttuWebhooksController;
}
