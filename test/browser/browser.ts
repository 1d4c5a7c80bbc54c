import { existsSync } from 'node:fs';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { answer, type Sample, startSample, visit } from '../sample/sample.js';
import { closeAll } from '../support/application.js';

const PLACES = [process.env['CHROMIUM'], '/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];
const executablePath = PLACES.find((place) => place !== undefined && existsSync(place));

const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1', // whatever would leave this machine fails
];

let browser: Browser | undefined;
let shop: Sample;
let problems: string[] = [];

/** The tests of `describe` where there is a Chromium; elsewhere they are skipped, or fail with REQUIRE_BROWSER=1. */
export function inBrowser(name: string, describeTests: () => void): void {
  const isRequired = process.env['REQUIRE_BROWSER'] === '1';
  if (executablePath === undefined && !isRequired) {
    // oxlint-disable-next-line no-console -- who runs the tests should know why these did not run
    console.warn(`Skipped: "${name}" needs Chromium (apt-get install chromium, or set CHROMIUM to its path).`);
  }
  (executablePath === undefined && !isRequired ? describe.skip : describe)(name, () => {
    beforeAll(async () => {
      if (executablePath === undefined) throw new Error('REQUIRE_BROWSER=1, and there is no Chromium here.');
      [browser, shop] = await Promise.all([chromium.launch({ executablePath, args: FLAGS }), startSample()]);
    }, 60_000);
    beforeEach(async () => {
      problems = [];
      await visit(`${shop.url}/dev/reset`, 'POST');
    });
    afterEach(async () => {
      await Promise.all((browser?.contexts() ?? []).map((context) => context.close()));
      expect(problems).toEqual([]);
    });
    afterAll(async () => {
      await browser?.close();
      await closeAll();
    });
    describeTests();
  });
}

/** A page of a browser that has never been here. Whatever goes wrong in it fails the test. */
export async function openShop(options: BrowserContextOptions = {}, path = '/'): Promise<Page> {
  if (browser === undefined) throw new Error('openShop() opens pages inside inBrowser() alone.');
  const context = await browser.newContext({ baseURL: shop.url, reducedMotion: 'reduce', ...options });
  context.setDefaultTimeout(10_000);
  const page = await context.newPage();
  page.on('pageerror', (error) => problems.push(error.message));
  page.on('console', (message) => {
    // an error answer that the page deals with is reported by the browser all the same
    const isAnswer = message.text().startsWith('Failed to load resource');
    if (['error', 'warning'].includes(message.type()) && !isAnswer) problems.push(message.text());
  });
  page.on('request', (request) => {
    if (new URL(request.url()).origin !== shop.url) problems.push(`asked ${request.url()}`);
  });
  await page.goto(path);
  return page;
}

/** As `openShop`, signed in, with what the customer sees first on the screen. */
export async function openWallet(customer: string, options?: BrowserContextOptions): Promise<Page> {
  const page = await openShop(options);
  await page.getByRole('button', { name: `Sign in as ${customer}` }).click();
  await page.locator('#content > :not([aria-busy])').waitFor();
  return page;
}

/** Switches the fake Ottu as the developer's page does. */
export async function ottuIs(mood: 'well' | 'slow' | 'down' | 'limited'): Promise<void> {
  await visit(`${shop.url}/dev/mood`, 'PUT', { body: { mood } });
}

/** Saves a Visa at the fake Ottu as the developer's page does. */
export async function cardSaved(card: {
  readonly customer: string;
  readonly last4: string;
  readonly pgCode: string;
}): Promise<void> {
  await visit(`${shop.url}/dev/cards`, 'POST', { body: { brand: 'VISA', isLocked: false, ...card } });
}

/** Has the fake Ottu send a webhook as the developer's page does; gives what came of it. */
export async function webhookSent(body: {
  readonly customer: string;
  readonly scheme: 'standard' | 'subscription';
  readonly kind: 'genuine' | 'forged' | 'doubled';
}): Promise<unknown> {
  return answer(`${shop.url}/dev/webhooks`, 'POST', { body });
}
