import { Logger } from '@nestjs/common';
import type { OttuCardsOptions, OttuEnv } from 'nestjs-ottu-cards';
import { FakeOttu } from 'nestjs-ottu-cards/testing';

/** The customer whose cards the fake Ottu holds from the start. */
export const DEMO_CUSTOMER = 'demo-customer';

/** How to reach Ottu, from the environment; without a key, and outside production, a fake Ottu inside this process. */
export async function ottuOptions(env: NodeJS.ProcessEnv): Promise<OttuCardsOptions> {
  if (!env['OTTU_API_KEY'] && env['NODE_ENV'] !== 'production') return fakeOptions();
  return {
    apiKey: env['OTTU_API_KEY'] ?? '',
    env: ottuEnv(env['OTTU_ENV']),
    merchantId: env['OTTU_MERCHANT_ID'],
  };
}

function ottuEnv(value: string | undefined): OttuEnv {
  if (value === 'sandbox' || value === 'production') return value;
  throw new Error("OTTU_ENV must be 'sandbox' or 'production': one Ottu host holds cards of both.");
}

async function fakeOptions(): Promise<OttuCardsOptions> {
  const fake = await FakeOttu.start();
  fake.saveSamples(DEMO_CUSTOMER);
  new Logger('FakeOttu').warn(
    'OTTU_API_KEY is not set: this shop talks to a FAKE OTTU inside it. No card here is real.',
  );
  return fake.options;
}
