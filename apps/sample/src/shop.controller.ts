import { Controller, Get } from '@nestjs/common';
import type { SavedCard } from 'nestjs-ottu-cards';
import { DEMO_CUSTOMER } from './ottu.config.js';
import { WalletService } from './wallet.service.js';

@Controller()
export class ShopController {
  constructor(private readonly wallet: WalletService) {}

  @Get()
  about(): Record<string, string> {
    return { what: 'A small shop on nestjs-ottu-cards', cards: '/wallet/demo' };
  }

  /** Open to everyone, so it serves the demo customer alone and shows what a page needs, never a token. */
  @Get('wallet/demo')
  async demoCards(): Promise<Pick<SavedCard, 'brand' | 'number' | 'expiryMonth' | 'expiryYear'>[]> {
    const cards = await this.wallet.usableCards(DEMO_CUSTOMER);
    return cards.map(({ brand, number, expiryMonth, expiryYear }) => ({ brand, number, expiryMonth, expiryYear }));
  }
}
