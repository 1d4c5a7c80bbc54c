// Takes the README's pictures of the shop: npm run docs:images builds the shop, starts it on a free port and ends it.
import { execFileSync, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { chromium } from 'playwright-core';

const root = `${import.meta.dirname}/..`;
const executablePath = process.env.CHROMIUM ?? '/usr/bin/chromium';

execFileSync(process.execPath, ['node_modules/@nestjs/cli/bin/nest.js', 'build', 'sample'], {
  cwd: root,
  stdio: 'inherit',
});
const shop = spawn(process.execPath, ['dist/apps/sample/apps/sample/src/main.js'], {
  cwd: root,
  env: { ...process.env, PORT: '0', HOST: '', OTTU_API_KEY: '', OTTU_ENV: '', REDIS_URL: '', NODE_ENV: '' }, // the fake Ottu
  stdio: ['ignore', 'pipe', 'inherit'],
});
const browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu'] });
try {
  const baseURL = await addressOf(shop);
  for (const colorScheme of ['light', 'dark']) {
    const context = await browser.newContext({ baseURL, colorScheme, viewport: { width: 1040, height: 930 } });
    const page = await context.newPage();
    await page.goto('/');
    await page.getByRole('button', { name: 'Layla' }).click();
    await page.locator('#offer .number').waitFor();
    await page.screenshot({ path: `${root}/docs/images/shop-${colorScheme}.png` });
  }
} finally {
  await browser.close();
  shop.kill();
}

async function addressOf({ stdout }) {
  for await (const line of createInterface({ input: stdout })) {
    const [, address] = /Open (http:\/\/[\d.]+:\d+)/.exec(line) ?? [];
    if (address !== undefined) return address;
  }
  throw new Error('The shop did not start. Its log says why.');
}
