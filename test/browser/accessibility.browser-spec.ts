import axe from 'axe-core';
import type { Page } from 'playwright-core';
import { inBrowser, openShop, openWallet, ottuIs, webhookSent } from './browser.js';

/** The rules that the page breaks, with the elements that do. */
async function violations(page: Page): Promise<unknown> {
  await page.evaluate(axe.source);
  return page.evaluate(
    'axe.run().then(({ violations }) => violations.map(({ id, nodes }) => [id, ...nodes.map(({ html }) => html)]))',
  );
}

async function openPaymentPage(options: object): Promise<Page> {
  const page = await openWallet('Omar Nasser', options);
  await page.goto('/dev/pay.html');
  await page.getByRole('heading', { name: 'Payment' }).waitFor();
  return page;
}

const openDialog = async (page: Page): Promise<void> => page.locator('.delete').first().click();

const LOOKS = [
  ['light', {}],
  ['dark', { colorScheme: 'dark' }],
] as const;

/** How to come to each state of the page, in English. */
const STATES: readonly [state: string, open: (options: object) => Promise<Page>][] = [
  [
    'sign-in',
    async (options) => {
      const page = await openShop(options);
      await page.getByRole('button', { name: 'Sign in as Layla Haddad' }).waitFor();
      return page;
    },
  ],
  ['list', (options) => openWallet('Layla Haddad', options)],
  ['empty', (options) => openWallet('Sara Khalil', options)],
  [
    'error',
    async (options) => {
      await ottuIs('down');
      return openWallet('Layla Haddad', options);
    },
  ],
  [
    'loading',
    async (options) => {
      await ottuIs('slow');
      const page = await openShop(options);
      await page.getByRole('button', { name: 'Sign in as Omar Nasser' }).click();
      await page.locator('.ghost').first().waitFor();
      return page;
    },
  ],
  [
    'open dialog',
    async (options) => {
      const page = await openWallet('Layla Haddad', options);
      await openDialog(page);
      return page;
    },
  ],
  [
    'card that could not be deleted',
    async (options) => {
      const page = await openWallet('Omar Nasser', options);
      const answer = { status: 503, headers: { 'retry-after': '30' }, json: { errorCode: 'busy' } };
      await page.route('**/wallet/cards/*', (route) => route.fulfill(answer));
      await page.locator('.delete').last().click();
      await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
      await page.locator('.failure').waitFor();
      return page;
    },
  ],
  [
    'limited',
    async (options) => {
      const page = await openShop(options);
      const answer = { status: 503, headers: { 'retry-after': '30' }, json: { errorCode: 'busy' } };
      await page.route('**/wallet/cards', (route) => route.fulfill(answer));
      await page.getByRole('button', { name: 'Sign in as Omar Nasser' }).click();
      await page.getByRole('timer').waitFor();
      return page;
    },
  ],
  [
    'session of another tab',
    async (options) => {
      const page = await openWallet('Layla Haddad', options);
      const headers = { 'shop-session': 'another' };
      await page.route('**/session', (route) => route.fulfill({ status: 200, headers, json: {} }));
      await page.evaluate("document.dispatchEvent(new Event('visibilitychange'))");
      await page.getByRole('button', { name: 'Reload the page' }).waitFor();
      return page;
    },
  ],
  [
    'card that has just arrived',
    async (options) => {
      const page = await openWallet('Omar Nasser', options);
      await webhookSent({ customer: 'omar', scheme: 'standard', kind: 'genuine' });
      await page.locator('.toast.shown').waitFor();
      return page;
    },
  ],
  ['payment page', openPaymentPage],
  [
    'payment page, paid',
    async (options) => {
      const page = await openPaymentPage(options);
      await page.getByRole('button', { name: 'Pay' }).click();
      await page.getByRole('status').getByText('Paid.').waitFor();
      return page;
    },
  ],
  [
    'developer who has sent a webhook',
    async (options) => {
      const page = await openShop(options, '/dev/');
      await page.getByRole('button', { name: 'Send webhook' }).click();
      await page.getByRole('status').getByText('Answered').waitFor();
      return page;
    },
  ],
  ['developer', (options) => openShop(options, '/dev/')],
];

inBrowser('accessibility', () => {
  describe.each(LOOKS)('%s', (_look, options) => {
    it.each(STATES)('%s', async (_state, open) => {
      expect(await violations(await open(options))).toEqual([]);
    });

    it('Arabic on a phone', async () => {
      const page = await openWallet('Layla Haddad', { ...options, viewport: { width: 375, height: 812 } });
      await page.getByRole('button', { name: 'العربية' }).click();
      expect(await violations(page)).toEqual([]);
      await openDialog(page);
      expect(await violations(page)).toEqual([]);
      await page.goto('/dev/pay.html');
      await page.getByRole('heading', { name: 'الدفع' }).waitFor();
      expect(await violations(page)).toEqual([]);
    });
  });

  it('would be told of a violation', async () => {
    const page = await openWallet('Omar Nasser');
    await page.evaluate("document.querySelector('.delete').removeAttribute('aria-label')");
    await page.evaluate("document.querySelector('.delete span').remove()");
    expect(await violations(page)).toEqual([['button-name', expect.stringContaining('class="delete"')]]);
  });
});
