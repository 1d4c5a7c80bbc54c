import { EventEmitter, once } from 'node:events';
import type { Locator, Page } from 'playwright-core';
import { cardSaved, inBrowser, openShop, openWallet, ottuIs } from './browser.js';

const rows = (page: Page): Locator => page.getByRole('list', { name: 'Your saved cards' }).getByRole('listitem');
const row = (page: Page, last4: string): Locator => rows(page).filter({ hasText: last4 });
const button = (page: Page, name: string): Locator => page.getByRole('button', { name, exact: true });
const heading = (page: Page): Locator => page.getByRole('heading', { name: 'Your saved cards' });

/** What each row shows, without its button. */
async function shown(page: Page): Promise<string[]> {
  await rows(page).first().waitFor();
  const texts = await rows(page).allInnerTexts();
  return texts.map((text) => text.replaceAll(/\s+/g, ' ').replace(/ Delete$/, ''));
}

async function askToDelete(page: Page, last4: string): Promise<Locator> {
  await button(page, `Delete card ending in ${last4}`).click();
  return page.getByRole('dialog');
}

const isFocused = async (target: Locator): Promise<boolean> =>
  (await target.and(target.page().locator(':focus')).count()) === 1;

inBrowser('the wallet', () => {
  it('lists the cards, the preferred one first, with all that tells them apart', async () => {
    const page = await openWallet('Layla Haddad');
    const now = new Date();
    const soon = `${String(now.getUTCMonth() + 1).padStart(2, '0')}/${String(now.getUTCFullYear()).slice(2)}`;
    expect(await shown(page)).toEqual([
      'Visa •••• 1881 Expires 01/39 LAYLA HADDAD Preferred',
      'Mastercard •••• 0026 Expires 01/39 LAYLA HADDAD',
      'KNET •••• 5310 Expires 03/21 LAYLA HADDAD Expired',
      `Benefit •••• 7702 Expires ${soon} LAYLA HADDAD Expires soon`,
      'Card no number Expires 01/39',
      'Visa •••• 9424 Expires 01/39 LAYLA HADDAD Used for a subscription You can delete this card after you choose another one for the subscription.',
    ]);
    await button(page, 'Delete card with no number').waitFor();
    await page.getByRole('complementary', { name: 'Next time you pay' }).getByText('•••• 1881').waitFor();
  });

  it('says so when there is no card yet', async () => {
    const page = await openWallet('Sara Khalil');
    await page.getByRole('heading', { name: 'No saved cards yet' }).waitFor();
    await expect(page.getByLabel('Kind of card').isVisible()).resolves.toBe(false);
  });

  it('filters by kind of card', async () => {
    const page = await openWallet('Layla Haddad');
    await page.getByLabel('Kind of card').selectOption({ label: 'KNET' });
    await page.getByText('Cards shown: 1').waitFor({ state: 'attached' });
    expect(await shown(page)).toEqual(['KNET •••• 5310 Expires 03/21 LAYLA HADDAD Expired']);

    await (await askToDelete(page, '5310')).getByRole('button', { name: 'Delete' }).click();
    await page.getByRole('heading', { name: 'No card of this kind' }).waitFor();
    await page.getByLabel('Kind of card').selectOption({ label: 'All cards' });
    await row(page, '0026').waitFor();
    expect(await rows(page).count()).toBe(5);
  });

  it('keeps a card when told to', async () => {
    const page = await openWallet('Omar Nasser');
    const dialog = await askToDelete(page, '4417');
    expect(await dialog.innerText()).toContain('Delete the card ending in 4417?');
    expect(await dialog.innerText()).toContain('mada');
    await dialog.getByRole('button', { name: 'Keep' }).click();

    await dialog.waitFor({ state: 'hidden' });
    expect(await isFocused(button(page, 'Delete card ending in 4417'))).toBe(true);
    await page.reload();
    expect(await shown(page)).toHaveLength(2);
  });

  it('deletes the card last asked about, however quick the customer is', async () => {
    const page = await openWallet('Omar Nasser');
    await askToDelete(page, '3005');
    await page.evaluate("document.querySelector('dialog').close(); document.querySelectorAll('.delete')[1].click()");
    await page.getByRole('dialog').getByText('Delete the card ending in 4417?').waitFor();
    await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
    await row(page, '4417').waitFor({ state: 'detached' });
    expect(await rows(page).count()).toBe(1);
  });

  it('deletes a card for good', async () => {
    const page = await openWallet('Omar Nasser');
    await (await askToDelete(page, '3005')).getByRole('button', { name: 'Delete' }).click();
    await row(page, '3005').waitFor({ state: 'detached' });
    await page.getByRole('status').getByText('The card ending in 3005 was deleted.').waitFor();
    expect(await isFocused(heading(page))).toBe(true);
    await page.getByRole('complementary').getByText('•••• 4417').waitFor(); // what checkout offers now

    await page.reload();
    await row(page, '4417').waitFor();
    expect(await rows(page).count()).toBe(1);
  });

  it('says of a card used for a subscription why it cannot be deleted, and offers no button', async () => {
    const page = await openWallet('Layla Haddad');
    await row(page, '9424').getByText('after you choose another one for the subscription').waitFor();
    expect(await row(page, '9424').getByRole('button').count()).toBe(0);
  });

  it('keeps a card that a subscription has begun to use meanwhile, and says why', async () => {
    const page = await openWallet('Omar Nasser');
    await page.route('**/wallet/cards/*', (route) =>
      route.fulfill({ status: 409, json: { errorCode: 'card_locked' } }),
    );
    await (await askToDelete(page, '4417')).getByRole('button', { name: 'Delete' }).click();
    await row(page, '4417').getByRole('alert').getByText('This card pays for a subscription.').waitFor();
    expect(await isFocused(button(page, 'Delete card ending in 4417'))).toBe(true);
  });

  it('tells two cards apart that look the same', async () => {
    for (const pgCode of ['knet', 'own-terminal']) await cardSaved({ customer: 'sara', last4: '4242', pgCode });
    const page = await openWallet('Sara Khalil');
    expect(await shown(page)).toEqual([
      'Visa •••• 4242 Expires 01/39 SARA KHALIL KNET',
      'Visa •••• 4242 Expires 01/39 SARA KHALIL own-terminal',
    ]);
    await button(page, 'Delete card ending in 4242 (KNET)').click();
    await page.getByRole('dialog').getByText('Delete the card ending in 4242 (KNET)?').waitFor();
    await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
    await rows(page).nth(1).waitFor({ state: 'detached' });
    const left = "fetch('/wallet/cards').then((it) => it.json()).then((cards) => cards.map(({ pgCode }) => pgCode))";
    expect(await page.evaluate(left)).toEqual(['own-terminal']);
    await button(page, 'Delete card ending in 4242').waitFor(); // nothing looks the same any more
  });

  it('says in the name of the button that the card is being deleted', async () => {
    const page = await openWallet('Omar Nasser');
    await ottuIs('slow');
    await (await askToDelete(page, '4417')).getByRole('button', { name: 'Delete' }).click();
    await button(page, 'Deleting… card ending in 4417').waitFor();
    await ottuIs('well');
  });

  it('keeps a card when Ottu is down, and deletes it when Ottu is back', async () => {
    const page = await openWallet('Omar Nasser');
    await ottuIs('down');
    await (await askToDelete(page, '4417')).getByRole('button', { name: 'Delete' }).click();
    await row(page, '4417').getByRole('alert').getByText('does not answer at the moment').waitFor();

    await ottuIs('well');
    await (await askToDelete(page, '4417')).getByRole('button', { name: 'Delete' }).click();
    await row(page, '4417').waitFor({ state: 'detached' });
  });

  it.each([
    [504, 'delete_outcome_unknown', {}, 'We do not know yet whether the card was deleted.'],
    [404, 'card_not_found', {}, 'This card is no longer saved.'],
    [504, 'provider_timeout', {}, 'The answer took too long.'],
  ])('offers to look again after %i %s', async (status, errorCode, headers, sentence) => {
    const page = await openWallet('Omar Nasser');
    await page.route('**/wallet/cards/*', (route) => route.fulfill({ status, headers, json: { errorCode } }), {
      times: 1,
    });
    await (await askToDelete(page, '4417')).getByRole('button', { name: 'Delete' }).click();
    await row(page, '4417').getByRole('alert').getByText(sentence).waitFor();

    await button(page, 'Refresh the list').click();
    await page.getByRole('alert').filter({ hasText: sentence }).waitFor({ state: 'detached' });
    await row(page, '4417').waitFor();
    expect(await isFocused(heading(page))).toBe(true);
  });

  it.each([
    [503, 'busy', {}, 'We have sent our payment partner too many requests and must wait.'],
    [429, '', {}, 'You have sent many requests in a short time.'],
    [502, 'a_word_of_tomorrow', {}, 'Something went wrong on our side.'],
  ])('keeps the card after %i %s and says what to do', async (status, errorCode, headers, sentence) => {
    const page = await openWallet('Omar Nasser');
    await page.route('**/wallet/cards/*', (route) => route.fulfill({ status, headers, json: { errorCode } }));
    await (await askToDelete(page, '4417')).getByRole('button', { name: 'Delete' }).click();
    await row(page, '4417').getByRole('alert').getByText(sentence).waitFor();
  });

  it.each([
    [503, 'busy'],
    [429, ''],
  ])('counts down after %i %s, and deletes the card when it is time', async (status, errorCode) => {
    const page = await openWallet('Omar Nasser');
    await page.clock.install();
    const answer = { status, headers: { 'retry-after': '30' }, json: { errorCode } };
    await page.route('**/wallet/cards/*', (route) => route.fulfill(answer), { times: 1 });
    await (await askToDelete(page, '4417')).getByRole('button', { name: 'Delete' }).click();
    await row(page, '4417').getByText('You can try again in 30 seconds.').waitFor();
    expect(await row(page, '4417').getByRole('button', { name: 'Try again' }).isVisible()).toBe(false);

    await page.clock.fastForward(31_000);
    await row(page, '4417').getByText('You can try again now.').waitFor();
    await row(page, '4417').getByRole('button', { name: 'Try again' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
    await row(page, '4417').waitFor({ state: 'detached' });
  });

  it('counts down instead of its cards while Ottu limits the shop', async () => {
    const page = await openWallet('Omar Nasser');
    await page.clock.install();
    const answer = { status: 503, headers: { 'retry-after': '120' }, json: { errorCode: 'busy' } };
    await page.route('**/wallet/cards', (route) => route.fulfill(answer), { times: 1 });
    await page.reload();
    await page.getByRole('alert').getByText('must wait. Your cards are safe.').waitFor();
    await page.getByRole('timer').getByText('You can try again in 2 minutes.').waitFor();
    expect(await page.locator('main .primary:visible').allInnerTexts()).toEqual(['Try again']);
    expect(await button(page, 'Try again').getAttribute('aria-disabled')).toBe('true');

    await page.clock.fastForward(100_000);
    await page.getByRole('timer').getByText('You can try again in 20 seconds.').waitFor();
    await page.clock.fastForward(20_000);
    await page.getByRole('status').getByText('You can try again now.').waitFor({ state: 'attached' });
    await button(page, 'Try again').click();
    expect(await shown(page)).toHaveLength(2);
  });

  it('tells that the shop cannot be reached', async () => {
    const page = await openWallet('Omar Nasser');
    await page.context().setOffline(true);
    await (await askToDelete(page, '4417')).getByRole('button', { name: 'Delete' }).click();
    await row(page, '4417').getByRole('alert').getByText('The shop cannot be reached.').waitFor();
  });

  it('shows an error while Ottu is down, and the cards when it is back', async () => {
    await ottuIs('down');
    const page = await openWallet('Layla Haddad');
    await page.getByRole('alert').getByText('We cannot show your cards right now').waitFor();

    await ottuIs('well');
    await button(page, 'Try again').click();
    expect(await shown(page)).toHaveLength(6);
  });

  it('says that it is loading while Ottu is slow', async () => {
    await ottuIs('slow');
    const page = await openShop();
    await page.getByRole('button', { name: 'Sign in as Omar Nasser' }).click();
    await page.getByRole('status').getByText('Loading your cards…').waitFor({ state: 'attached' });
    expect(await page.locator('#content [aria-busy]').count()).toBe(1);
    await ottuIs('well');
    expect(await shown(page)).toHaveLength(2);
  });

  it('shows two customers their own cards, each in a browser of their own', async () => {
    const [layla, omar] = [await openWallet('Layla Haddad'), await openWallet('Omar Nasser')];
    expect((await shown(layla)).join('\n')).not.toContain('OMAR');
    expect((await shown(omar)).join('\n')).not.toContain('LAYLA');
    await (await askToDelete(omar, '4417')).getByRole('button', { name: 'Delete' }).click();
    await row(omar, '4417').waitFor({ state: 'detached' });
    await layla.reload();
    expect(await shown(layla)).toHaveLength(6);
  });

  it('forgets a customer who signs out', async () => {
    const page = await openWallet('Omar Nasser');
    await button(page, 'Sign out').click();
    await page.getByRole('heading', { name: 'Welcome to Dukkan' }).waitFor();
    expect(await page.content()).not.toContain('3005');
  });

  it('asks to sign in again when the session has ended', async () => {
    const page = await openWallet('Omar Nasser');
    await page.context().clearCookies();
    await (await askToDelete(page, '4417')).getByRole('button', { name: 'Delete' }).click();
    await page.getByRole('alert').getByText('Your session has ended. Please sign in again.').waitFor();
    expect(await page.content()).not.toContain('3005');
  });

  it('obeys the keyboard alone', async () => {
    const page = await openShop();
    const tabTo = async (target: Locator): Promise<void> => {
      for (let presses = 0; presses < 20 && !(await isFocused(target)); presses += 1) await page.keyboard.press('Tab');
      expect(await isFocused(target)).toBe(true);
    };
    await page.getByRole('button', { name: 'Sign in as Omar Nasser' }).waitFor();
    await tabTo(page.getByRole('button', { name: 'Sign in as Omar Nasser' }));
    await page.keyboard.press('Enter');
    await rows(page).first().waitFor();
    expect(await isFocused(heading(page))).toBe(true);

    await tabTo(button(page, 'Delete card ending in 4417'));
    await page.keyboard.press('Enter');
    expect(await isFocused(button(page, 'Keep'))).toBe(true);
    await page.keyboard.press('Escape');
    expect(await isFocused(button(page, 'Delete card ending in 4417'))).toBe(true);

    await page.keyboard.press('Enter');
    await page.keyboard.press('Tab');
    expect(await isFocused(page.getByRole('dialog').getByRole('button', { name: 'Delete' }))).toBe(true);
    await page.keyboard.press('Enter');
    await row(page, '4417').waitFor({ state: 'detached' });
    expect(await isFocused(heading(page))).toBe(true);
  });

  it('speaks Arabic from right to left, and remembers it', async () => {
    const page = await openWallet('Layla Haddad');
    await button(page, 'العربية').click();
    await page.getByRole('heading', { name: 'بطاقاتك المحفوظة' }).waitFor();
    expect(await page.locator('html').getAttribute('dir')).toBe('rtl');
    await button(page, 'حذف البطاقة المنتهية بالرقم 0026').click();
    await page.getByRole('dialog').getByText('هل تريد حذف البطاقة المنتهية بالرقم 0026؟').waitFor();
    await page.getByRole('dialog').getByRole('button', { name: 'إبقاء' }).click();
    await page.getByText('يمكنك حذف هذه البطاقة بعد اختيار بطاقة أخرى للاشتراك.').waitFor();
    expect(await page.getByLabel('نوع البطاقة').innerText()).toContain('كي نت');

    await page.reload();
    await page.getByRole('heading', { name: 'بطاقاتك المحفوظة' }).waitFor();
    expect(await page.locator('.row .number').first().getAttribute('dir')).toBe('ltr'); // digits stay in order
    await button(page, 'English').click();
    await heading(page).waitFor();
  });

  it.each([
    ['ar-KW', 'أهلًا بك في دكّان'],
    ['fr-FR', 'Welcome to Dukkan'],
  ])('speaks to a browser in %s first: %s', async (locale, welcome) => {
    const page = await openShop({ locale });
    await page.getByRole('heading', { name: welcome }).waitFor();
  });

  it.each([
    ['desk', { width: 1280, height: 900 }],
    ['phone', { width: 360, height: 780 }],
  ])('keeps the place of what checkout offers on a %s', async (_name, viewport) => {
    const page = await openWallet('Layla Haddad', { viewport });
    const places = async (): Promise<unknown> =>
      Promise.all([page.locator('#checkout').boundingBox(), page.locator('#content').boundingBox()]);
    const [asked, told] = [new EventEmitter(), new EventEmitter()];
    await page.route('**/checkout', async (route) => {
      asked.emit('now');
      await once(told, 'now');
      await route.continue();
    });
    const isAsked = once(asked, 'now');
    await page.reload();
    await isAsked;
    await rows(page).first().waitFor();
    const before = await places();
    told.emit('now');
    await page.getByRole('complementary').getByText('•••• 1881').waitFor();
    expect(await places()).toEqual(before);
  });

  it('shows a second message its whole time', async () => {
    const page = await openWallet('Omar Nasser');
    await page.clock.install();
    const toast = page.locator('.toast.shown');
    await (await askToDelete(page, '4417')).getByRole('button', { name: 'Delete' }).click();
    await toast.getByText('4417 was deleted').waitFor();
    await page.clock.fastForward(4_000);
    await (await askToDelete(page, '3005')).getByRole('button', { name: 'Delete' }).click();
    await toast.getByText('3005 was deleted').waitFor();
    await page.clock.fastForward(4_000);
    expect(await toast.count()).toBe(1);
    await page.clock.fastForward(4_000);
    expect(await toast.count()).toBe(0);
  });

  it.each(['English', 'Arabic'])('fits a phone in %s', async (language) => {
    const page = await openWallet('Layla Haddad', { viewport: { width: 320, height: 640 } });
    if (language === 'Arabic') await button(page, 'العربية').click();
    const overflow = 'document.documentElement.scrollWidth - document.documentElement.clientWidth';
    expect(await page.evaluate(overflow)).toBe(0);
    for (const each of await page.locator('.row button').all()) {
      const box = await each.boundingBox();
      expect(Math.min(box?.width ?? 0, box?.height ?? 0)).toBeGreaterThanOrEqual(44); // a thumb
    }
  });
});
