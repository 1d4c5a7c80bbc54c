import { Module } from '@nestjs/common';
import { OttuCardsModule } from 'nestjs-ottu-cards';
import { ottuOptions } from './ottu.config.js';
import { ShopController } from './shop.controller.js';
import { WalletService } from './wallet.service.js';

@Module({
  imports: [OttuCardsModule.forRootAsync({ useFactory: () => ottuOptions(process.env) })],
  controllers: [ShopController],
  providers: [WalletService],
})
export class AppModule {}
