import { Controller, Get, Header, Req, UseFilters, UseGuards } from '@nestjs/common';
import { ConfigService } from '@nestjs/config';
import { ThrottlerGuard } from '@nestjs/throttler';
import { OttuErrorFilter, OttuSavedCardDto } from 'nestjs-ottu-cards';
import { CheckoutService } from './checkout.service.js';
import { customerOf, SessionGuard } from './session/session.guard.js';
import type { ShopConfig } from './shop.config.js';

/** Routes of the shop's own, beside those of the mounted controller. */
@Controller()
export class ShopController {
  constructor(
    private readonly checkout: CheckoutService,
    private readonly config: ConfigService<ShopConfig, true>,
  ) {}

  /** Tells everyone what runs here. */
  @Get('about')
  about(): Record<string, string> {
    const real = { ottu: 'the real one', shop: '/', api: '/docs', health: '/health' };
    const isReal = this.config.get('OTTU_API_KEY', { infer: true }) !== undefined;
    return isReal ? real : { ...real, ottu: 'a fake one inside this shop', wire: '/dev/' };
  }

  /** The card that checkout offers; `null` where there is none. */
  @Get('checkout')
  @UseGuards(SessionGuard, ThrottlerGuard)
  @UseFilters(OttuErrorFilter)
  @Header('Cache-Control', 'no-store, private')
  async offer(@Req() request: object): Promise<{ readonly card: OttuSavedCardDto | null }> {
    const card = await this.checkout.cardToOffer(customerOf(request) ?? '');
    return { card: card === undefined ? null : OttuSavedCardDto.from(card) };
  }
}
