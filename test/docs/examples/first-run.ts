// #region first-run
// src/first-run.ts
import { NestFactory } from '@nestjs/core';
import { OttuCardsModule, UserCardsService } from 'nestjs-ottu-cards';
import { FakeOttu } from 'nestjs-ottu-cards/testing';

async function main(): Promise<void> {
  const ottu = await FakeOttu.start();
  ottu.saveSamples('customer-1');

  const app = await NestFactory.createApplicationContext(OttuCardsModule.forRoot(ottu.options), { logger: ['error'] });
  console.log(await app.get(UserCardsService).list({ customerId: 'customer-1' }));

  await app.close();
  await ottu.stop();
}

void main();
// #endregion
