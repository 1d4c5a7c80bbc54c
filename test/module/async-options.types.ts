// What must not compile: the type check fails when one of these lines turns out to be allowed.
import { OttuCardsModule, type OttuCardsOptions } from 'nestjs-ottu-cards';

declare const options: OttuCardsOptions;

export const allowed = [
  () => OttuCardsModule.forRootAsync({ useFactory: () => options, name: 'kuwait', isGlobal: true }),
  () =>
    OttuCardsModule.forRootAsync({ imports: [], inject: ['A', 'B'], useFactory: (_a: string, _b: number) => options }),
];

export const refused = [
  // @ts-expect-error there is no source of options
  () => OttuCardsModule.forRootAsync({}),
  // @ts-expect-error one source, not two
  () => OttuCardsModule.forRootAsync({ useFactory: () => options, useClass: Object }),
  // @ts-expect-error the name is needed before the factory runs
  () => OttuCardsModule.forRootAsync({ useFactory: () => ({ ...options, name: 'kuwait' }) }),
  // @ts-expect-error so is isGlobal
  () => OttuCardsModule.forRootAsync({ useFactory: async () => ({ ...options, isGlobal: true }) }),
  // @ts-expect-error the class does not create options
  () => OttuCardsModule.forRootAsync({ useClass: Object }),
  // @ts-expect-error env has no default
  () => OttuCardsModule.forRoot({ apiKey: 'a' }),
  // @ts-expect-error env is one of two words
  () => OttuCardsModule.forRoot({ apiKey: 'a', env: 'live' }),
];
