import { jest } from '@jest/globals';
import { ConsoleLogger, Logger } from '@nestjs/common';
import type { TestingModule } from '@nestjs/testing';
import { OttuCardsModule, type OttuCardsOptions, OttuError, UserCardsService } from 'nestjs-ottu-cards';
import { startContext } from '../support/application.js';
import { CANARIES } from '../support/leaks.js';
import { captureOutput, isCapturing } from '../support/output.js';

const { apiKey, customerId, token } = CANARIES;

export type Method = 'list' | 'delete';

export interface Shop {
  readonly context: TestingModule;
  readonly service: UserCardsService;
  /** A call of the canaries' customer, with what became of it. Never rejects. */
  call(method: Method, options?: Parameters<UserCardsService['list']>[1]): Promise<Observed>;
}

/** What a call came to, and what the world saw of it. */
export interface Observed {
  /** The cards, nothing, or what was thrown. */
  readonly result: unknown;
  /** In a word: `cards`, `done`, or the literal name of the error. */
  readonly ending: string;
  readonly elapsedMs: number;
  /** Stdout and stderr, Nest's log at every level included. */
  readonly output: string;
}

/** An application on this origin, with the canaries' key, its log wide open and no jitter. */
export async function startShop(baseUrl: string, options: Partial<OttuCardsOptions> = {}): Promise<Shop> {
  jest.spyOn(Math, 'random').mockRestore(); // Nest itself draws lots while it boots
  const secret = 'obviously-false-secret-of-the-shop'; // an apiKey that is a function needs one
  const module = OttuCardsModule.forRoot({ apiKey, secret, env: 'sandbox', baseUrl, ...options });
  const context = await startContext({ imports: [module] });
  Logger.overrideLogger(new ObservedLog());
  jest.spyOn(Math, 'random').mockReturnValue(0); // retries follow at once unless Ottu asked for a pause
  const service = context.get(UserCardsService);
  return {
    context,
    service,
    call: (method, callOptions) =>
      observe(() =>
        method === 'list'
          ? service.list({ customerId }, callOptions)
          : service.delete({ customerId, token }, callOptions),
      ),
  };
}

/** Writes every level while a call is observed, and nothing otherwise: some tests make thousands of calls. */
class ObservedLog extends ConsoleLogger {
  override isLevelEnabled(): boolean {
    return isCapturing();
  }
}

/** Undoes what `startShop` did to the process: `afterEach(restore)`. */
export function restore(): void {
  jest.restoreAllMocks();
  Logger.overrideLogger(false);
}

async function observe(call: () => Promise<unknown>): Promise<Observed> {
  const start = performance.now();
  let result: unknown;
  const output = await captureOutput(async () => {
    result = await call().catch((error: unknown) => error);
  });
  return { result, ending: endingOf(result), elapsedMs: performance.now() - start, output };
}

function endingOf(result: unknown): string {
  if (result === undefined) return 'done';
  if (Array.isArray(result)) return result.length === 1 ? 'cards' : `${result.length} cards`;
  return OttuError.is(result) ? result.name : 'something else';
}
