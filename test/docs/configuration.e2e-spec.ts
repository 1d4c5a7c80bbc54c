import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { OttuCardsModule, UserCardsService } from 'nestjs-ottu-cards';
import { OPTION_PROBLEMS } from '../module/option-problems.js';
import { closeAll, startContext } from '../support/application.js';

const guide = readFileSync(join(import.meta.dirname, '../../docs/configuration.md'), 'utf8');
const sentences = [...new Set(OPTION_PROBLEMS.map(([option, , problem]) => `${option} ${problem}`))];

afterEach(closeAll);

it.each(sentences)('lists the sentence "%s"', (sentence) => {
  expect(guide).toMatch(
    new RegExp(String.raw`^\| ${sentence.replaceAll(/[.*+?^$()|[\]{}\\]/g, String.raw`\$&`)} +\|`, 'm'),
  );
});

it('lists no sentence that the boot check does not say', () => {
  const listed = [...guide.matchAll(/^\| (\w+ \w.*?) +\| /gm)]
    .map(([, sentence]) => sentence)
    .filter((it) => it !== 'sentence');
  expect(new Set(listed)).toEqual(
    new Set([
      ...sentences,
      'merchantId and baseUrl exclude each other: keep one of them',
      'secret is missing: apiKey is a function, so its keys may change. Set 32 or more random characters, the same in all instances',
    ]),
  );
});

it('names the defaults that the code has', async () => {
  const minimal = { apiKey: 'fakefake.00000000000000000000000000000000', env: 'sandbox' } as const;
  const app = await startContext({ imports: [OttuCardsModule.forRoot(minimal)] });
  const printed = inspect(app.get(UserCardsService), { depth: Infinity });

  const defaults = new Map(
    [...printed.matchAll(/(timeoutMs|maxRetries): (\d+)/g)].map(([, name, value]) => [name, value]),
  );
  expect(new Set(defaults.keys())).toEqual(new Set(['maxRetries', 'timeoutMs']));
  for (const [option, value] of defaults) {
    expect(guide).toMatch(new RegExp(`### ${option}\\n[^#]*Default: ${value}\\.`));
    expect(guide).toMatch(new RegExp(`^\\| \\[\`${option}\`\\]\\(#\\w+\\) +\\| ${value} +\\|`, 'm'));
  }
});

it('shows examples that boot', async () => {
  Object.assign(process.env, {
    OTTU_CARDS_SECRET: 'obviously-false-obviously-false-obviously-false',
  });
  const { PaymentsModule } = await import('./examples/options-from-elsewhere.js');
  await expect(startContext({ imports: [PaymentsModule] })).resolves.toBeDefined();
});
