import { inBrowser, openShop, openWallet } from './browser.js';

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
    await page.getByRole('radio', { name: 'down' }).check();
    await shop.reload();
    await shop.getByRole('button', { name: 'Try again' }).waitFor();

    await page.getByRole('radio', { name: 'well' }).check();
    await page.getByLabel('Customer').selectOption('Sara');
    await page.getByLabel('Last four digits').fill('7777');
    await page.getByRole('button', { name: 'Save card' }).click();
    await page.getByRole('status').getByText('Saved for Sara.').waitFor();
    await shop.getByRole('button', { name: 'Try again' }).click();
    await shop.getByRole('button', { name: 'Delete card ending in 7777' }).waitFor();

    await shop.getByRole('complementary').getByText('•••• 7777').waitFor(); // nothing is on its way to Ottu any more
    await page.getByRole('button', { name: 'Start over' }).click();
    await page.getByText('Nothing yet.').waitFor();
    await shop.reload();
    await shop.getByRole('heading', { name: 'No saved cards yet' }).waitFor();
  });

  it('has the API described beside it', async () => {
    const page = await openShop({}, '/docs');
    await page.getByText("The signed-in customer's saved cards, preferred ones first").waitFor();
  });
});
