import { Logger } from '@nestjs/common';
import { OttuCardsModule, UserCardsService } from 'nestjs-ottu-cards';
import { closeAll, startContext, startFake } from '../support/application.js';
import { CANARIES, leaksIn } from '../support/leaks.js';
import { recordLog } from '../support/recorded-log.js';

afterEach(closeAll);

const { customerId, token } = CANARIES;

it.each([
  [undefined, 'OttuCards', UserCardsService],
  ['kuwait', 'OttuCards kuwait', 'UserCardsService:kuwait'],
])('writes one debug line for each call of the merchant named %s', async (name, logger, injected) => {
  const fake = await startFake();
  const context = await startContext({ imports: [OttuCardsModule.forRoot({ ...fake.options, name })] });
  const cards = context.get<UserCardsService>(injected);
  const lines = recordLog();
  fake.next({ status: 503 });
  await cards.list({ customerId });
  await cards.delete({ customerId, token }).catch(() => 'there is no such card');

  expect(lines.map((line) => line.replace(/ms=\d+$/i, (it) => it.replace(/\d+/, 'N')))).toEqual([
    `debug ${logger}: retry call="POST /b/pbl/v2/card/" reason=unavailable code=503 attempt=1 delayMs=N`,
    `debug ${logger}: call operation=list source=ottu status=200 attempts=2 ms=N`,
    `debug ${logger}: call operation=delete source=ottu status=404 error=OttuNotFoundError attempts=1 ms=N`,
  ]);
  expect(leaksIn({ lines: lines.join('\n') })).toEqual([]);
});

it('writes no debug line when that level is off', async () => {
  const fake = await startFake();
  const context = await startContext({ imports: [OttuCardsModule.forRoot(fake.options)] });
  const lines = recordLog();
  Logger.overrideLogger(['log', 'warn', 'error']);
  await context.get(UserCardsService).list({ customerId });
  expect(lines).toEqual([]);
});
