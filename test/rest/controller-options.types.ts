// What must not compile: the type check fails when one of these lines turns out to be allowed.
import type { CanActivate, Type } from '@nestjs/common';
import { OttuCardsModule, type OttuCardsOptions } from 'nestjs-ottu-cards';

declare const options: OttuCardsOptions;
declare const Guard: Type<CanActivate>;
const [path, customerId] = ['wallet/cards', () => 'customer-1'];
const mount = { path, customerId, guards: 'global' } as const;

export const allowed = [
  () => OttuCardsModule.forRoot({ ...options, controller: { path, customerId, guards: [Guard] } }),
  () => OttuCardsModule.forRoot({ ...options, controller: { path, customerId, guards: 'global' } }),
  () => OttuCardsModule.forRootAsync({ useFactory: () => options, controller: { path, customerId, guards: [Guard] } }),
];

export const refused = [
  // @ts-expect-error whose cards?
  () => OttuCardsModule.forRoot({ ...options, controller: { path, guards: [Guard] } }),
  // @ts-expect-error who may see them?
  () => OttuCardsModule.forRoot({ ...options, controller: { path, customerId } }),
  // @ts-expect-error nobody guards them
  () => OttuCardsModule.forRoot({ ...options, controller: { path, customerId, guards: [] } }),
  // @ts-expect-error the word is 'global'
  () => OttuCardsModule.forRoot({ ...options, controller: { path, customerId, guards: 'none' } }),
  // @ts-expect-error a number would be turned into a string somewhere, or not
  () => OttuCardsModule.forRoot({ ...options, controller: { path, guards: [Guard], customerId: () => 7 } }),
  // @ts-expect-error the routes are needed before the factory runs
  () => OttuCardsModule.forRootAsync({ useFactory: () => ({ ...options, controller: mount }) }),
];
