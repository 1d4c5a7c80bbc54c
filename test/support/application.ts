import type { ModuleMetadata } from '@nestjs/common';
import { Test, type TestingModule } from '@nestjs/testing';
import { OttuCardsModule, UserCardsService } from 'nestjs-ottu-cards';
import { FakeOttu } from 'nestjs-ottu-cards/testing';

const open: (() => Promise<unknown>)[] = [];

/** Has `close` called by `closeAll`. */
export function closeWithTest(close: () => Promise<unknown>): void {
  open.push(close);
}

/** A fake Ottu that ends with the test. */
export async function startFake(): Promise<FakeOttu> {
  const fake = await FakeOttu.start();
  closeWithTest(() => fake.stop());
  return fake;
}

/** An initialised application context of these imports that ends with the test. */
export async function startContext(metadata: ModuleMetadata): Promise<TestingModule> {
  const context = await Test.createTestingModule(metadata).compile();
  closeWithTest(() => context.close());
  return context.init();
}

/** Closes what the test opened, the latest first: `afterEach(closeAll)`. */
export async function closeAll(): Promise<void> {
  for (const close of open.splice(0).toReversed()) await close();
}

/** A fake Ottu, and a service that talks to it; both end with the test. */
export async function startCards(options: object = {}): Promise<{ fake: FakeOttu; cards: UserCardsService }> {
  const fake = await startFake();
  const context = await startContext({ imports: [OttuCardsModule.forRoot({ ...fake.options, ...options })] });
  return { fake, cards: context.get(UserCardsService) };
}
