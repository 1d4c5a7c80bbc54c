// The packed library in a Nest application, as its users have it: retries, deadlines, budget and checks included.
import 'reflect-metadata';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { OttuCardsModule, UserCardsService } from 'nestjs-ottu-cards';
import { API_KEY, TOKEN } from './requests.mjs';

class AppModule {}

export const library = {
  async open(baseUrl) {
    Module({ imports: [OttuCardsModule.forRoot({ apiKey: API_KEY, env: 'sandbox', baseUrl })] })(AppModule);
    const app = await NestFactory.createApplicationContext(AppModule, { logger: false });
    const cards = app.get(UserCardsService);
    return {
      list: (customerId) => cards.list({ customerId }),
      delete: (customerId) => cards.delete({ customerId, token: TOKEN }),
      close: () => app.close(),
    };
  },
};
