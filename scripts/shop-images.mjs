// Takes the README's pictures of the shop, which must be running: npm start, then npm run docs:images.
import { chromium } from 'playwright-core';

const [url = 'http://127.0.0.1:3000'] = process.argv.slice(2);
const executablePath = process.env.CHROMIUM ?? '/usr/bin/chromium';
const browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu'] });
for (const colorScheme of ['light', 'dark']) {
  const context = await browser.newContext({ baseURL: url, colorScheme, viewport: { width: 1040, height: 820 } });
  const page = await context.newPage();
  await page.goto('/');
  await page.getByRole('button', { name: 'Layla' }).click();
  await page.locator('#checkout').waitFor();
  await page.screenshot({ path: `docs/images/shop-${colorScheme}.png` });
}
await browser.close();
