import type { Locator, Page } from 'playwright-core';
import { inBrowser, openShop, openWallet, ottuIs } from './browser.js';

const rows = (page: Page): Locator => page.getByRole('list', { name: 'Your saved cards' }).getByRole('listitem');

/** Another tab of the same browser. */
async function openTab(page: Page): Promise<Page> {
  const tab = await page.context().newPage();
  await tab.goto('/');
  return tab;
}

async function signIn(page: Page, customer: string): Promise<void> {
  await page.getByRole('button', { name: `Sign in as ${customer}` }).click();
  await rows(page).first().waitFor();
}

/** In a tab of their own: signs out whoever is signed in, and signs this customer in. */
async function signInElsewhere(page: Page, customer: string): Promise<Page> {
  const tab = await openTab(page);
  await tab.getByRole('button', { name: 'Sign out' }).click();
  await signIn(tab, customer);
  return tab;
}

async function deleteCard(page: Page, last4: string): Promise<void> {
  await page.getByRole('button', { name: `Delete card ending in ${last4}` }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
}

async function isOutdated(page: Page): Promise<void> {
  await page.getByRole('heading', { name: 'This page is out of date' }).waitFor();
}

inBrowser('two tabs of one browser', () => {
  it('never show one customer’s cards under the name of another', async () => {
    const laylas = await openWallet('Layla Haddad');
    const omars = await signInElsewhere(laylas, 'Omar Nasser');
    await deleteCard(laylas, '0026');
    await isOutdated(laylas);
    expect(await laylas.locator('body').innerText()).not.toMatch(/0026|1881|3005|Layla|Omar|no longer saved/);
    expect(await rows(omars).count()).toBe(2);

    await laylas.getByRole('button', { name: 'Reload the page' }).click();
    await laylas.getByRole('navigation').getByText('Omar Nasser').waitFor();
    await rows(laylas).nth(1).waitFor();
    expect(await rows(laylas).count()).toBe(2);
  });

  it('are out of date also when the same customer has signed in anew', async () => {
    const page = await openWallet('Layla Haddad');
    await signInElsewhere(page, 'Layla Haddad');
    await page.evaluate("document.dispatchEvent(new Event('visibilitychange'))");
    await isOutdated(page);
  });

  it('notice it when the customer comes back to them, whatever they show', async () => {
    await ottuIs('down');
    const page = await openWallet('Layla Haddad');
    await ottuIs('well');
    await signInElsewhere(page, 'Omar Nasser');
    await page.evaluate("document.dispatchEvent(new Event('visibilitychange'))");
    await isOutdated(page);
  });

  it('follow a customer who signs in or out', async () => {
    const page = await openShop();
    await page.getByRole('button', { name: 'Sign in as Omar Nasser' }).waitFor();
    const tab = await openTab(page);
    await signIn(tab, 'Omar Nasser');
    await page.evaluate("document.dispatchEvent(new Event('visibilitychange'))");
    await rows(page).nth(1).waitFor();

    await tab.getByRole('button', { name: 'Sign out' }).click();
    await tab.getByRole('heading', { name: 'Welcome to Dukkan' }).waitFor();
    await page.evaluate("document.dispatchEvent(new Event('visibilitychange'))");
    await page.getByRole('alert').getByText('Your session has ended.').waitFor();
  });

  it('tell each other of a deleted card, and the one that deleted it says so once', async () => {
    const page = await openWallet('Omar Nasser');
    const tab = await openTab(page);
    await rows(tab).nth(1).waitFor();
    await deleteCard(page, '4417');
    await rows(tab).nth(1).waitFor({ state: 'detached' });
    await tab.getByRole('status').getByText('The card ending in 4417 was deleted.').waitFor();
    await tab.getByRole('complementary').getByText('•••• 3005').waitFor();
    expect(await rows(tab).count()).toBe(1);
    expect(await rows(page).count()).toBe(1);
  });
});
