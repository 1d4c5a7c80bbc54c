// #region filter
import { Controller, Get, UseFilters } from '@nestjs/common';
import { OttuErrorFilter, UserCardsService } from 'nestjs-ottu-cards';

@Controller('checkout')
@UseFilters(OttuErrorFilter)
export class CheckoutController {
  constructor(private readonly cards: UserCardsService) {}

  @Get('has-cards')
  async hasCards(): Promise<{ hasCards: boolean }> {
    const cards = await this.cards.list({ customerId: 'customer-1' }); // the id comes from your own login
    return { hasCards: cards.length > 0 };
  }
}
// #endregion
