import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import axe from 'axe-core';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openBrowser, openFile, withoutBrowser } from '../support/browser.js';

const program = resolve('dist/cli/main.js');
const folder = mkdtempSync(join(tmpdir(), 'overtrain sweep report '));

function overtrain(...argv: string[]) {
  return spawnSync(process.execPath, [program, ...argv], { encoding: 'utf8', cwd: folder });
}

/** Large learning rates diverge here. */
const SMALL = `
scenario: finetune
params: {dim: 4, times: "log:0.1:100:6"}
axes:
  - parameter: learningRates
    grid: log:0.001:1:5
  - parameter: target
    list: ["overshoot:2:3", "scale:2", "erase:1"]
output: {table: curve}
`;

/** Few points with many rows each: 24,000 in all, more than a page holds. */
const LARGE = `
scenario: gaussian
params: {dim: 4, times: "linear:0.1:30:400", gammas: "0.03,0.05,0.08"}
engine: exact
axes:
  - random: {count: 20, seed: 1, parameters: {tau: "uniform:1:4"}}
output: {table: curve}
`;

beforeAll(() => {
  for (const [name, text] of [
    ['small', SMALL],
    ['large', LARGE],
  ] as const) {
    writeFileSync(join(folder, `${name}.yaml`), text);
    expect(overtrain('sweep', `${name}.yaml`, '--out', name, '--quiet').stderr).toBe('');
    const { status, stderr } = overtrain('report', name, '--html', `${name}.html`);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  }
});
afterAll(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }));

const AXE = `axe.run().then(({ violations }) =>
  violations.map(({ id, nodes }) => id + ': ' + nodes.map(({ html }) => html.slice(0, 120)).join(' | ')))`;

describe.skipIf(withoutBrowser !== undefined)(
  `the report of a sweep in Chromium${withoutBrowser ? ` (left out: ${withoutBrowser})` : ''}`,
  () => {
    let browser: Browser;
    beforeAll(async () => {
      browser = await openBrowser();
    });
    afterAll(() => browser?.close());

    const open = async (name: string, options = {}) => {
      const opened = await openFile(browser, join(folder, `${name}.html`), options);
      await opened.page.waitForSelector('.sweep figure svg');
      return opened;
    };
    const lines = () => {
      const [head = '', ...rest] = readFileSync(join(folder, 'small/merged.csv'), 'utf8').trimEnd().split('\n');
      const names = head.split(',');
      return rest.map((line) => Object.fromEntries(line.split(',').map((field, at) => [names[at]!, field])));
    };
    const figure = (page: Page, caption: string) => page.locator('.sweep figure', { hasText: caption });
    const told = (page: Page, caption: string) => figure(page, caption).locator('output').textContent();

    it('has facets, a map and parallel coordinates, asks for nothing, and says what diverged', async () => {
      const { page, context, incidents } = await open('small');
      expect(await page.locator('.sweep figcaption').allTextContents()).toEqual([
        'Facets',
        'Heat map',
        'Parallel coordinates',
      ]);
      const texts = await figure(page, 'Facets').locator('svg text').allTextContents();
      expect(texts.filter((text) => text.startsWith('learningRates = '))).toHaveLength(5);
      const lost = lines().filter(({ loss_pre_sim }) => loss_pre_sim === '').length;
      expect(lost).toBeGreaterThan(0);
      expect(await page.getByText(`diverged (${lost})`).count()).toBe(1);
      expect(await figure(page, 'Heat map').locator('svg').textContent()).toContain('diverged');
      expect(incidents).toEqual([]);
      await context.close();
    });

    it('tells to the arrow keys the numbers of the CSV file, and has them as a table', async () => {
      const { page, context } = await open('small');
      await figure(page, 'Heat map').locator('.plot').focus();
      await page.keyboard.press('Home');
      const words = (await told(page, 'Heat map'))!;
      const value = Number(/ value (\S+)/.exec(` ${words}`)![1]);
      const cell = lines().find(
        ({ target, learningRates, time }) => target === 'scale:2' && learningRates === '0.001' && time === '0.1',
      )!;
      expect(value).toBe(Number(cell.loss_pre_sim));
      const table = figure(page, 'Heat map').locator('details');
      await table.locator('summary').click();
      await table.locator('tbody tr').last().waitFor();
      expect(await table.locator('tbody tr').count()).toBe(30);
      await context.close();
    });

    it('draws what is chosen with the keyboard', async () => {
      const { page, context, incidents } = await open('small');
      await page.getByLabel('Result', { exact: true }).selectOption('forgetting');
      expect(await figure(page, 'Facets').locator('.description').textContent()).toMatch(/^forgetting against/);
      await page.getByLabel('Across', { exact: true }).focus();
      await page.keyboard.press('Home');
      expect(await figure(page, 'Heat map').locator('.description').textContent()).toContain(
        ' over learningRates and ',
      );
      await page.getByLabel('Panels').selectOption('target');
      await page.getByLabel('Colours', { exact: true }).selectOption('');
      await page.locator('.controls').getByLabel('time', { exact: true }).selectOption('mean of all');
      expect(await figure(page, 'Facets').locator('.note').textContent()).toContain('mean over time');
      await page.getByLabel('Panels').selectOption('');
      expect(await figure(page, 'Heat map').locator('.description').textContent()).toContain('needs two axes');
      expect(incidents).toEqual([]);
      await context.close();
    });

    it('fades what is outside of a range, which keys and the pointer choose', async () => {
      const { page, context, incidents } = await open('small');
      const all = lines().length;
      expect(await told(page, 'Parallel')).toBe(`${all} lines`);
      const from = page.getByRole('slider', { name: 'learningRates, from' });
      await from.focus();
      for (let times = 0; times < 6; times++) await page.keyboard.press('PageUp');
      const within = lines().filter(({ learningRates }) => Number(learningRates) >= 0.001 * 1000 ** 0.6);
      await expect.poll(() => told(page, 'Parallel')).toContain(`${within.length} of `);
      expect(await told(page, 'Parallel')).toMatch(/within learningRates 0\.0631 to 1$/);
      await page.keyboard.press('Escape');
      await expect.poll(() => told(page, 'Parallel')).toBe(`${all} lines`);
      const axis = figure(page, 'Parallel').locator('.strip').first();
      await axis.scrollIntoViewIfNeeded();
      const strip = (await axis.boundingBox())!;
      await page.mouse.move(strip.x + 14, strip.y + 2);
      await page.mouse.down();
      await page.mouse.move(strip.x + 14, strip.y + strip.height / 4, { steps: 3 });
      await page.mouse.up();
      const top = lines().filter(({ learningRates }) => Number(learningRates) >= 0.99).length;
      await expect.poll(() => told(page, 'Parallel')).toContain(` of ${all} lines within`);
      expect(Number.parseInt((await told(page, 'Parallel'))!, 10)).toBeGreaterThanOrEqual(top);
      await page.getByText('Clear all ranges').click();
      await page.getByRole('button', { name: /^diverged/ }).click();
      const kept = lines().filter(({ loss_pre_sim }) => loss_pre_sim !== '').length;
      expect(await told(page, 'Parallel')).toBe(`${kept} of ${all} lines`);
      expect(incidents).toEqual([]);
      await context.close();
    });

    it('draws sums over bins of more rows than a page holds, and says so', async () => {
      const { page, context, incidents } = await open('large');
      expect(await page.locator('.sweep > .description').textContent()).toContain(
        '24000 rows, more than a page can hold',
      );
      expect(await page.getByText(/^24000 rows are too many/).count()).toBe(1);
      expect(await figure(page, 'Heat map').locator('svg').count()).toBe(1);
      expect(incidents).toEqual([]);
      await context.close();
    });

    it.each(['light', 'dark'] as const)('has nothing that axe objects to on %s', async (colorScheme) => {
      const { page, context } = await open('small', { colorScheme, bypassCSP: true });
      await page.evaluate("document.querySelectorAll('details').forEach((details) => { details.open = true; })");
      await page.evaluate(axe.source);
      expect(await page.evaluate(AXE)).toEqual([]);
      await context.close();
    });
  },
);
