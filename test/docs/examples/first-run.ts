// #region first-run
import 'reflect-metadata';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { OttuCardsModule, UserCardsService } from 'nestjs-ottu-cards';
import { FakeOttu } from 'nestjs-ottu-cards/testing';

const ottu = await FakeOttu.start();
ottu.saveSamples('customer-1');

@Module({ imports: [OttuCardsModule.forRoot(ottu.options)] })
class AppModule {}

const app = await NestFactory.createApplicationContext(AppModule, { logger: ['error'] });
console.log(await app.get(UserCardsService).list({ customerId: 'customer-1' }));
await app.close();
await ottu.stop();
// #endregion
