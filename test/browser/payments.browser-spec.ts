import { EventEmitter, once } from 'node:events';
import type { Locator, Page, Route } from 'playwright-core';
import { inBrowser, openShop, openWallet, ottuIs, webhookSent } from './browser.js';

const rows = (page: Page): Locator => page.getByRole('list', { name: 'Your saved cards' }).getByRole('listitem');
const payLink = (page: Page): Locator =>
  page.getByRole('link', { name: 'Pay and save a new card (opens in a new tab)', exact: true });
const isFocused = async (target: Locator): Promise<boolean> =>
  (await target.and(target.page().locator(':focus')).count()) === 1;

/** Marks the document: the mark is gone after any reload. */
const mark = (page: Page): Promise<unknown> => page.evaluate('window.wasHere = true');
const isMarked = (page: Page): Promise<unknown> => page.evaluate('window.wasHere === true');

/** Counts how often this page asks for its list from now on. */
function looks(page: Page): () => number {
  let count = 0;
  page.on('request', (request) => (count += Number(new URL(request.url()).pathname === '/wallet/cards')));
  return () => count;
}

/** A card of an event that comes last: what an earlier one brings is there before it. */
async function lastEvent(page: Page, customer: string, rowsThen: number): Promise<void> {
  await webhookSent({ customer, scheme: 'subscription', kind: 'genuine' });
  await rows(page)
    .nth(rowsThen - 1)
    .waitFor();
}

async function openPaymentPage(page: Page): Promise<Page> {
  const [till] = await Promise.all([page.context().waitForEvent('page'), payLink(page).click()]);
  return till;
}

async function pay(page: Page, last4: string): Promise<Page> {
  const till = await openPaymentPage(page);
  await till.getByLabel('Last four digits').fill(last4);
  await till.getByRole('button', { name: 'Pay' }).click();
  return till;
}

/** Sends a webhook about a card of Omar's as a developer does; gives where the page says what came of it. */
async function send(page: Page, scheme: string, kind: string): Promise<Locator> {
  await page.getByLabel('About a card of').selectOption('Omar');
  await page.getByLabel('Signature scheme').selectOption(scheme);
  await page.getByLabel('Which is').selectOption(kind);
  await page.getByRole('button', { name: 'Send webhook' }).click();
  return page.getByRole('status');
}

inBrowser('a payment', () => {
  it('brings its card onto the open list, without a reload, for its own customer alone', async () => {
    const [omar, layla] = [await openWallet('Omar Nasser'), await openWallet('Layla Haddad')];
    const laylasLooks = looks(layla);
    await mark(omar);
    const till = await pay(omar, '4242');
    await till.getByRole('status').getByText('Paid.').waitFor();
    expect(await isFocused(till.getByRole('heading', { name: 'Payment' }))).toBe(true);

    await rows(omar).filter({ hasText: '4242' }).waitFor();
    await omar.getByRole('status').getByText('The card ending in 4242 is saved now.').waitFor();
    expect(await rows(omar).filter({ hasText: '4242' }).innerText()).toContain('OMAR NASSER');
    expect(await rows(omar).count()).toBe(3);
    expect(await isMarked(omar)).toBe(true);
    expect(laylasLooks()).toBe(0);

    await lastEvent(layla, 'layla', 7);
    expect(laylasLooks()).toBe(1); // her own
    expect(await layla.getByText('4242').count()).toBe(0);
  });

  it('leaves the focus where the customer has it', async () => {
    const page = await openWallet('Omar Nasser');
    const button = page.getByRole('button', { name: 'Delete card ending in 4417' });
    await button.focus();
    await lastEvent(page, 'omar', 3);
    expect(await isFocused(button)).toBe(true);
  });

  it('waits with its card while the customer is asked something', async () => {
    const page = await openWallet('Omar Nasser');
    const button = page.getByRole('button', { name: 'Delete card ending in 4417' });
    await button.click();
    const looked = page.waitForResponse('**/wallet/cards');
    await webhookSent({ customer: 'omar', scheme: 'standard', kind: 'genuine' });
    await looked;
    await page.getByRole('dialog').getByRole('button', { name: 'Keep' }).click();
    await rows(page).nth(2).waitFor();
    expect(await isFocused(button)).toBe(true);
  });

  it('does not bring back a card that is deleted meanwhile', async () => {
    const page = await openWallet('Omar Nasser');
    const [answered, deleted] = [new EventEmitter(), new EventEmitter()];
    const answerLate = async (route: Route): Promise<void> => {
      const response = await route.fetch();
      answered.emit('now');
      await once(deleted, 'now');
      await route.fulfill({ response });
    };
    const isAnswered = once(answered, 'now');
    await page.route('**/wallet/cards', answerLate, { times: 1 });
    await webhookSent({ customer: 'omar', scheme: 'standard', kind: 'genuine' });
    await isAnswered;
    await page.getByRole('button', { name: 'Delete card ending in 4417' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
    await rows(page).filter({ hasText: '4417' }).waitFor({ state: 'detached' });
    deleted.emit('now');
    await page.getByRole('status').getByText('is saved now.').waitFor();
    expect(await rows(page).filter({ hasText: '4417' }).count()).toBe(0);
    expect(await rows(page).count()).toBe(2);
  });

  it('tells why its card is not shown while Ottu is down', async () => {
    const page = await openWallet('Omar Nasser');
    await page.route('**/wallet/cards', (route) =>
      route.fulfill({ status: 502, json: { errorCode: 'provider_unavailable' } }),
    );
    await webhookSent({ customer: 'omar', scheme: 'standard', kind: 'genuine' });
    await page.getByRole('status').getByText('does not answer at the moment').waitFor();
    expect(await rows(page).count()).toBe(2);
  });

  it('gives a customer without cards their first one', async () => {
    const page = await openWallet('Sara Khalil');
    const till = await pay(page, '7777');
    await till.getByRole('status').getByText('Paid.').waitFor();
    await till.close();
    await page.getByRole('button', { name: 'Delete card ending in 7777' }).waitFor();
    await page.getByRole('complementary', { name: 'Next time you pay' }).getByText('•••• 7777').waitFor();
  });

  it('saves no card that the customer does not want saved', async () => {
    const page = await openWallet('Sara Khalil');
    const till = await openPaymentPage(page);
    await till.getByLabel('Save my card').uncheck();
    await till.getByRole('button', { name: 'Pay' }).click();
    await till.getByRole('status').getByText('Paid.').waitFor();
    await lastEvent(page, 'sara', 1);
    expect(await rows(page).count()).toBe(1); // that of the last event
  });

  it('says where its card is when the list is filtered', async () => {
    const page = await openWallet('Layla Haddad');
    await page.getByLabel('Kind of card').selectOption({ label: 'KNET' });
    await page.getByText('Cards shown: 1').waitFor({ state: 'attached' });
    await webhookSent({ customer: 'layla', scheme: 'standard', kind: 'genuine' });
    await page.getByRole('status').getByText('is saved now. Choose “All cards” to see it.').waitFor();
    expect(await rows(page).count()).toBe(1);
  });

  it('is possible for nobody but who is signed in', async () => {
    const page = await openShop({}, '/dev/pay.html');
    await page.getByRole('button', { name: 'Pay' }).click();
    await page.getByRole('status').getByText('Please sign in again.').waitFor();
  });

  it('speaks Arabic where the shop does', async () => {
    const page = await openWallet('Omar Nasser');
    await page.getByRole('button', { name: 'العربية' }).click();
    const link = page.getByRole('link', { name: 'ادفع واحفظ بطاقة جديدة' });
    const [till] = await Promise.all([page.context().waitForEvent('page'), link.click()]);
    await till.getByRole('heading', { name: 'الدفع' }).waitFor(); // the page's script has run
    expect(await till.locator('html').getAttribute('dir')).toBe('rtl');
    await till.getByRole('button', { name: 'ادفع' }).click();
    await till.getByRole('status').getByText('تم الدفع').waitFor();
    await page.getByRole('status').getByText('حُفظت البطاقة المنتهية بالرقم 4242.').waitFor();
  });
});

inBrowser('a webhook from the page of the developer', () => {
  describe.each(['standard', 'subscription'])('of the %s scheme', (scheme) => {
    it('brings its card once, though it comes twice', async () => {
      const [shop, page] = [await openWallet('Omar Nasser'), await openShop({}, '/dev/')];
      const shopLooks = looks(shop);
      const status = await send(page, scheme, 'doubled');
      await status.getByText('Answered 200 and 200.').waitFor();
      await rows(shop).nth(2).waitFor();
      await lastEvent(shop, 'omar', 4);
      expect(await rows(shop).count()).toBe(4);
      expect(shopLooks()).toBe(2);
    });

    it('is refused and brings nothing when it is forged', async () => {
      const [shop, page] = [await openWallet('Omar Nasser'), await openShop({}, '/dev/')];
      const shopLooks = looks(shop);
      const status = await send(page, scheme, 'forged');
      await status.getByText('Answered 401.').waitFor();
      await lastEvent(shop, 'omar', 3);
      expect([await rows(shop).count(), shopLooks()]).toEqual([3, 1]); // those of the last event
    });
  });

  it('shows none of its secrets on the wire', async () => {
    const page = await openShop({}, '/dev/');
    await (await send(page, 'subscription', 'genuine')).getByText('Answered 200.').waitFor();
    await page.getByText('1 request').first().click();
    await page.getByText('"token": "•••"').first().waitFor();
    expect(await page.content()).not.toMatch(/tok-|demo-omar|hmac|fakefake/);
  });

  it('brings its card when Ottu, who was down, can confirm it', async () => {
    const [shop, page] = [await openWallet('Omar Nasser'), await openShop({}, '/dev/')];
    await ottuIs('down');
    await (await send(page, 'standard', 'genuine')).getByText('Answered 200.').waitFor();
    expect(await rows(shop).count()).toBe(2);
    await ottuIs('well');
    await rows(shop).nth(2).waitFor({ timeout: 20_000 });
  });
});
