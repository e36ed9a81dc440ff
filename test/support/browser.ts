import { existsSync } from 'node:fs';
import { type Browser, type BrowserContext, type BrowserContextOptions, chromium, type Page } from 'playwright-core';

const PLACES = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

/** Where a Chromium is installed: what CHROMIUM names, else where distributions put it. */
export const chromiumPath = [process.env.CHROMIUM ?? '', ...PLACES].find((path) => path !== '' && existsSync(path));

/** Why the tests in a browser are left out; undefined where they run. In continuous integration they always run, and fail without. */
export const withoutBrowser =
  chromiumPath === undefined && process.env.CI !== 'true'
    ? 'no Chromium is installed (on Debian: apt-get install chromium)'
    : undefined;

/** Starts Chromium. */
export function openBrowser(): Promise<Browser> {
  if (chromiumPath === undefined) throw new Error('no Chromium is installed, which CI=true requires');
  // Its sandbox does not start for root, as whom containers run.
  return chromium.launch({ executablePath: chromiumPath, args: ['--no-sandbox'] });
}

/** A page with everything that it said, asked for or opened that a quiet page does not. */
export interface WatchedPage {
  readonly context: BrowserContext;
  readonly page: Page;
  readonly incidents: string[];
}

/** Opens a file from the disk, offline. */
export async function openFile(
  browser: Browser,
  file: string,
  options: BrowserContextOptions = {},
): Promise<WatchedPage> {
  const context = await browser.newContext({ offline: true, viewport: { width: 1100, height: 900 }, ...options });
  const page = await context.newPage();
  const incidents: string[] = [];
  const address = new URL(`file://${encodeURI(file)}`).href;
  page.on('console', (message) => incidents.push(`${message.type()}: ${message.text()}`));
  page.on('pageerror', (error) => incidents.push(`error: ${error.message}`));
  page.on('dialog', (dialog) => {
    incidents.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  page.on('request', (request) => {
    if (request.url() !== address) incidents.push(`request: ${request.url()}`);
  });
  await page.goto(address);
  return { context, page, incidents };
}
