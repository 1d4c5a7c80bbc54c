import { inBrowser, openShop, openWallet, ottuIs } from './browser.js';

inBrowser('the page of the developer', () => {
  it('shows what a customer has just done, without what must not be seen', async () => {
    const shop = await openWallet('Omar Nasser');
    const page = await openShop({}, '/dev/');
    const view = page
      .getByRole('list', { name: 'Calls and webhooks' })
      .getByRole('listitem')
      .filter({ hasText: 'page view' });
    await view.getByText('1 request').click();
    await view.getByText('POST /b/pbl/v2/card/').waitFor();
    await view.getByText('Authorization: Api-Key •••').waitFor();
    await view.getByText('"token": "•••"').first().waitFor();
    expect(await page.content()).not.toMatch(/tok-|fakefake|demo-omar/);
    await shop.close();
  });

  it('makes Ottu fail for the customer, saves a card, and starts over', async () => {
    const shop = await openWallet('Sara Khalil');
    const page = await openShop({}, '/dev/');
    await page.getByRole('radio', { name: /^down/ }).check();
    await shop.reload();
    await shop.getByRole('button', { name: 'Try again' }).waitFor();

    await page.getByRole('radio', { name: 'well', exact: true }).check();
    await page.getByLabel('Customer').selectOption('Sara');
    await page.getByLabel('Last four digits').fill('7777');
    await page.getByRole('button', { name: 'Save card' }).click();
    await page.getByRole('status').getByText('Saved for Sara.').waitFor();
    await shop.reload();
    await shop.getByRole('button', { name: 'Delete card ending in 7777' }).waitFor();

    await shop.getByRole('complementary').getByText('•••• 7777').waitFor(); // nothing is on its way to Ottu any more
    await page.getByRole('button', { name: 'Start over' }).click();
    await page.getByText('Nothing yet.').waitFor();
    await shop.reload();
    await shop.getByRole('heading', { name: 'No saved cards yet' }).waitFor();
  });

  it('tells what caused each call, and which sent nothing', async () => {
    const shop = await openWallet('Omar Nasser');
    await shop.getByRole('complementary').getByText('•••• 3005').waitFor();
    const page = await openShop({}, '/dev/');
    const rows = page.getByRole('list', { name: 'Calls and webhooks' }).getByRole('listitem');
    await rows.filter({ hasText: 'page view' }).filter({ hasText: '1 request' }).waitFor();
    await rows
      .filter({ hasText: 'offer at checkout' })
      .filter({ hasText: '0 requests' })
      .getByText('cache', { exact: true })
      .click();
    await page.getByText('The cache had this list. Ottu was not asked.').waitFor();

    await shop.getByRole('button', { name: 'Delete card ending in 4417' }).click();
    await shop.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
    await rows.filter({ hasText: 'delete by a customer' }).getByText('2 requests').click();
    await rows.getByText('check of ownership').waitFor();
  });

  it('shows the list before the controls on a phone, and no word is cut', async () => {
    const shop = await openWallet('Omar Nasser');
    await shop.getByRole('button', { name: 'Delete card ending in 4417' }).click();
    await shop.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
    const page = await openShop({ viewport: { width: 320, height: 700 } }, '/dev/');
    await page.getByText('2 requests').click();
    await page.getByText('check of ownership').waitFor();
    const [list, controls] = await Promise.all(['.wire', '#controls'].map((it) => page.locator(it).boundingBox()));
    expect((list?.y ?? 0) < (controls?.y ?? 0)).toBe(true);
    expect(await page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth')).toBe(0);
    await page.getByRole('link', { name: 'Controls' }).click();
    await expect(page.getByRole('radio', { name: 'well', exact: true }).isVisible()).resolves.toBe(true);
  });

  it('has the API described beside it', async () => {
    const page = await openShop({}, '/docs');
    await page.getByText("The signed-in customer's saved cards, preferred ones first").waitFor();
  });

  it('counts down the pause that Ottu asked for, and ends it', async () => {
    await ottuIs('limited');
    const shop = await openWallet('Omar Nasser');
    await shop.getByRole('timer').getByText('You can try again in').waitFor();
    const page = await openShop({}, '/dev/');
    await page.getByRole('timer').getByText('the library sends nothing for').waitFor();
    await shop.reload();
    await page.getByText('held back').first().click();
    await page.getByText('Ottu had asked for a pause. Nothing was sent.').first().waitFor();

    await page.getByRole('radio', { name: 'well', exact: true }).check();
    await page.getByText('the library sends nothing for').waitFor({ state: 'detached' });
    await shop.reload();
    await shop.getByRole('button', { name: 'Delete card ending in 4417' }).waitFor();

    await ottuIs('limited');
    await shop.reload();
    await shop.getByRole('timer').getByText('You can try again in').waitFor();
    await page.getByRole('button', { name: 'Start over' }).click();
    await page.getByText('the library sends nothing for').waitFor({ state: 'detached' });
    await shop.reload();
    await shop.getByRole('button', { name: 'Delete card ending in 4417' }).waitFor();
  });
});
