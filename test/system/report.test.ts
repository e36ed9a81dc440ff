import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import axe from 'axe-core';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { reportText } from '../../src/cli/report/write-report.js';
import { scenarios } from '../../src/sim/scenarios/scenario-list.js';
import { openBrowser, openFile, withoutBrowser } from '../support/browser.js';
import { HOSTILE_PLACES, hostileRun } from '../support/hostile-run.js';
import { hostileTexts } from '../support/hostile-text.js';
import { samples } from '../support/sample-size.js';

/** Every payload many times over, each in other surroundings; a scale of the samples tries more. */
const HOSTILE_TEXTS = samples(500);

/** What has the focus, and whether that is seen; run in the page. */
const FOCUSED = `(() => {
  const active = document.activeElement;
  if (active === null || active === document.body) return '';
  const { outlineStyle, outlineWidth } = getComputedStyle(active);
  const isSeen = outlineStyle !== 'none' && parseFloat(outlineWidth) >= 2;
  return active.tagName.toLowerCase() + '.' + active.className + ' ' + isSeen;
})()`;

/** Elements and attributes that the report never has; run in the page. */
const FOREIGN = `[...document.querySelectorAll(
  'img, iframe, object, embed, base, link, form:not(.vega-bindings), foreignObject, video, audio, [onerror], [onload], [onclick], [onfocus], [onmouseover], a:not([href^="#"])')]
  .map(({ outerHTML }) => outerHTML.slice(0, 120))`;

/** Pixels from the middle of the marker to the nearest drawn point; run in the page. */
const FROM_MARKER_TO_POINT = `(() => {
  const middle = (element) => {
    const { left, right, top, bottom } = element.getBoundingClientRect();
    return [(left + right) / 2, (top + bottom) / 2];
  };
  const [x, y] = middle(document.querySelector('.marker'));
  return Math.min(...[...document.querySelectorAll('.simulation_marks > path')]
    .map((point) => Math.hypot(middle(point)[0] - x, middle(point)[1] - y)));
})()`;

const OPEN_ALL = `document.querySelectorAll('details').forEach((details) => { details.open = true; })`;

const AXE = `axe.run().then(({ violations }) =>
  violations.map(({ id, nodes }) => id + ': ' + nodes.map(({ html }) => html.slice(0, 120)).join(' | ')))`;

const program = resolve('dist/cli/main.js');
const folder = mkdtempSync(join(tmpdir(), 'overtrain report '));
const result = join(folder, 'r1');
const report = join(folder, 'r1.html');

function overtrain(...argv: string[]) {
  return spawnSync(process.execPath, [program, ...argv], { encoding: 'utf8', cwd: folder });
}

beforeAll(() => {
  expect(overtrain('run', 'gaussian', '--out', result, '--quiet').status).toBe(0);
  const { status, stdout, stderr } = overtrain('report', result, '--html', report);
  expect({ status, stdout, stderr }).toEqual({ status: 0, stdout: `Wrote ${report}\n`, stderr: '' });
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('overtrain report', () => {
  it('writes one file that names no other place', () => {
    const text = readFileSync(report, 'utf8');
    const attributes = text.match(/\s(?:src|href|action|data|poster|srcset)="[^"]*"/g) ?? [];
    const page = attributes.filter((attribute) => !/="#[\w-]+"$/.test(attribute));
    // The script holds Vega, which has such words in its text; what the page itself has is looked at without it.
    const withoutScript = text.replace(/<script>[\s\S]*?<\/script>/, '');
    expect(page.filter((attribute) => withoutScript.includes(attribute))).toEqual([]);
    expect(/@import|url\(/.test(withoutScript)).toBe(false);
    expect(text).toMatch(/<meta http-equiv="Content-Security-Policy" content="default-src &#39;none&#39;;/);
  });

  it('replaces a report that is there, and leaves it alone when something is wrong', () => {
    writeFileSync(join(folder, 'old.html'), 'old');
    const bad = overtrain('report', join(folder, 'nothing'), '--html', 'old.html');
    expect(bad.status).toBe(2);
    expect(bad.stderr.trim().split('\n')).toHaveLength(1);
    expect(readFileSync(join(folder, 'old.html'), 'utf8')).toBe('old');
    expect(overtrain('report', result, result, '--html', 'old.html').status).toBe(0);
    expect(statSync(join(folder, 'old.html')).size).toBeGreaterThan(100_000);
    expect(readdirSync(folder).filter((name) => name.includes('partial'))).toEqual([]);
  });

  it.each([
    ['no folder', ['report', '--html', 'x.html']],
    ['no file', ['report', result]],
    ['a folder in place of the file', ['report', result, '--html', folder]],
    ['a folder that is not there', ['report', result, '--html', join(folder, 'no', 'x.html')]],
    ['a file in place of the folder', ['report', report, '--html', 'x.html']],
    ['an empty name', ['report', result, '--html', '']],
  ])('refuses %s with one line and exit code 2', (_, argv) => {
    const { status, stderr, stdout } = overtrain(...argv);
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(stderr.trim().split('\n')).toHaveLength(1);
    expect(stderr).not.toMatch(/\n\s+at /);
  });

  it('is alone in loading Vega; a run without --out starts without', () => {
    const loadedBy = (...argv: string[]) => {
      const coverage = mkdtempSync(join(folder, 'loaded-'));
      spawnSync(process.execPath, [program, ...argv], {
        cwd: folder,
        env: { ...process.env, NODE_V8_COVERAGE: coverage },
      });
      return readdirSync(coverage)
        .map((name) => readFileSync(join(coverage, name), 'utf8'))
        .join('\n');
    };
    const drawing = '/dist/cli/figures/draw-figure.js';
    expect(loadedBy('report', result, '--html', 'loaded.html').includes(drawing)).toBe(true);
    const run = loadedBy('run', 'gaussian', '--engine', 'exact', '--json');
    expect(run.includes('/dist/cli/main.js')).toBe(true);
    expect(run.includes(drawing)).toBe(false);
  });
});

describe.skipIf(withoutBrowser !== undefined)(
  `the report in Chromium${withoutBrowser ? ` (left out: ${withoutBrowser})` : ''}`,
  () => {
    let browser: Browser;
    beforeAll(async () => {
      browser = await openBrowser();
    });
    afterAll(() => browser?.close());

    const lines = () => readFileSync(join(result, 'curve.csv'), 'utf8').trim().split('\n');
    const drawnPoints = (page: Page) => page.locator('figure').first().locator('g.simulation_marks > path').count();

    /** The labels at the ticks of the first figure; those that make room for others are empty. */
    async function tickLabels(page: Page): Promise<readonly string[]> {
      const labels = await page.locator('figure').first().locator('.role-axis-label text').allTextContents();
      return labels.filter((label) => label !== '').sort();
    }

    /** Moves over the first plot until some value is told. */
    async function hover(page: Page, x: number): Promise<string> {
      const plot = page.locator('.plot').first();
      await plot.scrollIntoViewIfNeeded();
      const box = (await plot.boundingBox())!;
      for (let y = 0.05; y < 0.9; y += 0.02) {
        await page.mouse.move(box.x + box.width * x, box.y + box.height * y);
        if (await plot.locator('.tip').isVisible()) return (await plot.locator('.tip div').allInnerTexts()).join('\n');
      }
      throw new Error('nothing is told anywhere');
    }

    it('opens from the disk with figures, no word on the console and no request', async () => {
      const { page, context, incidents } = await openFile(browser, report);
      await page.waitForSelector('figure svg');
      expect(await page.locator('figure svg').count()).toBe(2);
      expect(await page.locator('math').count()).toBeGreaterThan(20);
      expect(await page.title()).toContain('gaussian');
      expect(incidents).toEqual([]);
      await context.close();
    });

    it('tells on hover the numbers of the CSV file', async () => {
      const { page, context } = await openFile(browser, report);
      const [header = '', ...rows] = lines();
      const columns = header.split(',');
      for (const x of [0.2, 0.4, 0.6, 0.8]) {
        const told = new Map((await hover(page, x)).split('\n').map((line) => line.split(' ') as [string, string]));
        expect([...told.keys()].length).toBeGreaterThanOrEqual(4);
        const row = rows
          .map((line) => line.split(','))
          .find((cells) => ['gamma', 'time'].every((name) => cells[columns.indexOf(name)] === told.get(name)));
        expect(row).toBeDefined();
        for (const [name, value] of told) expect(row![columns.indexOf(name)]).toBe(value);
        // The ring around the point is where the point is drawn.
        expect(await page.evaluate(FROM_MARKER_TO_POINT)).toBeLessThan(1);
      }
      await context.close();
    });

    it('hides and shows series by the legend, with the keyboard too', async () => {
      const { page, context, incidents } = await openFile(browser, report);
      const all = await drawnPoints(page);
      expect(all).toBe(lines().length - 1);
      const entry = page.locator('figure').first().locator('.legend button').first();
      await entry.click();
      expect(await entry.getAttribute('aria-pressed')).toBe('false');
      expect(await drawnPoints(page)).toBe((all * 3) / 4);
      await entry.focus();
      await page.keyboard.press('Enter');
      expect(await drawnPoints(page)).toBe(all);
      expect(incidents).toEqual([]);
      await context.close();
    });

    it('changes between logarithmic and linear axes', async () => {
      const { page, context, incidents } = await openFile(browser, report);
      const firstFigure = page.locator('figure').first();
      const ticks = () => tickLabels(page);
      const before = await ticks();
      for (const name of ['log x', 'log y']) {
        await firstFigure.getByLabel(name).click();
        expect(await ticks()).not.toEqual(before);
      }
      expect(await drawnPoints(page)).toBe(lines().length - 1);
      await firstFigure.getByLabel('log x').click();
      await firstFigure.getByLabel('log y').click();
      expect(await ticks()).toEqual(before);
      expect(incidents).toEqual([]);
      await context.close();
    });

    it('zooms by buttons, by dragging and by keys, and back', async () => {
      const { page, context, incidents } = await openFile(browser, report);
      const firstFigure = page.locator('figure').first();
      const ticks = () => tickLabels(page);
      const whole = await ticks();
      await firstFigure.getByLabel('Zoom in').click();
      expect(await ticks()).not.toEqual(whole);
      await firstFigure.getByText('Whole figure').click();
      expect(await ticks()).toEqual(whole);
      await page.locator('.plot').first().scrollIntoViewIfNeeded();
      const box = (await page.locator('.plot').first().boundingBox())!;
      await page.mouse.move(box.x + box.width * 0.3, box.y + box.height * 0.3);
      await page.mouse.down();
      await page.mouse.move(box.x + box.width * 0.6, box.y + box.height * 0.6, { steps: 4 });
      await page.mouse.up();
      expect(await ticks()).not.toEqual(whole);
      await page.locator('.plot').first().focus();
      await page.keyboard.press('0');
      expect(await ticks()).toEqual(whole);
      expect(incidents).toEqual([]);
      await context.close();
    });

    it('reads values aloud by the arrow keys', async () => {
      const { page, context } = await openFile(browser, report);
      await page.locator('.plot').first().focus();
      const told = page.locator('output').first();
      await page.keyboard.press('ArrowRight');
      const [header = '', ...rows] = lines();
      const at = (name: string, row: number) => rows[row]!.split(',')[header.split(',').indexOf(name)];
      expect(await told.textContent()).toContain(`time ${at('time', 0)} `);
      await page.keyboard.press('ArrowRight');
      expect(await told.textContent()).toContain(`time ${at('time', 1)} `);
      await page.keyboard.press('ArrowDown');
      expect(await told.textContent()).toContain(`gamma ${at('gamma', rows.length / 4)} `);
      await context.close();
    });

    it('sorts tables and downloads the CSV file of the folder', async () => {
      const { page, context, incidents } = await openFile(browser, report, { acceptDownloads: true });
      const table = page.locator('details.table').first();
      await table.locator('summary').focus();
      await page.keyboard.press('Enter');
      const column = table.locator('th', { hasText: 'time' }).first();
      const index = lines()[0]!.split(',').indexOf('time');
      const shown = async () =>
        (await table.locator(`tbody tr td:nth-child(${index + 1})`).allTextContents()).map(Number);
      for (const [order, sign] of [
        ['ascending', 1],
        ['descending', -1],
      ] as const) {
        await column.locator('button').click();
        expect(await column.getAttribute('aria-sort')).toBe(order);
        const values = await shown();
        expect(values).toHaveLength(100);
        expect(values).toEqual([...values].sort((a, b) => sign * (a - b)));
      }
      await table.getByText('Show all 240 rows').click();
      expect(await shown()).toHaveLength(240);
      const [download] = await Promise.all([page.waitForEvent('download'), table.getByText('Download CSV').click()]);
      expect(download.suggestedFilename()).toBe('curve.csv');
      expect(readFileSync(await download.path(), 'utf8')).toBe(readFileSync(join(result, 'curve.csv'), 'utf8'));
      expect(incidents.filter((incident) => !incident.startsWith('request: blob:'))).toEqual([]);
      await context.close();
    });

    it('reaches everything by the keyboard, in the order of the page, with a focus that is seen', async () => {
      const { page, context } = await openFile(browser, report);
      const reached: string[] = [];
      for (let i = 0; i < 200; i++) {
        await page.keyboard.press('Tab');
        const found = (await page.evaluate(FOCUSED)) as string;
        if (found === '') break;
        reached.push(found);
      }
      for (const wanted of [
        'a.skip true',
        'button. true',
        'input. true',
        'div.plot true',
        'summary. true',
        'button.copy true',
      ])
        expect(reached).toContain(wanted);
      expect(reached.filter((found) => found.endsWith('false'))).toEqual([]);
      await context.close();
    });

    it(`runs nothing of ${HOSTILE_TEXTS} hostile texts in titles, paths and tables`, async () => {
      const texts = hostileTexts(HOSTILE_TEXTS);
      // Every schedule has a name to be replaced; more numbers than a figure needs would only take Chromium longer to draw.
      const few = ['dim=4', 'hidden=3', 'times=log:1:20:5', 'trainings=3', 'replicates=10'];
      const settings = few.flatMap((setting) => ['--set', setting]);
      const document = JSON.parse(overtrain('run', 'schedules', ...settings, '--engine', 'exact', '--json').stdout);
      const apart = 10 * HOSTILE_PLACES;
      for (let from = 0; from < texts.length; from += apart) {
        const runs = Array.from({ length: 10 }, (_, index) => {
          const start = from + index * HOSTILE_PLACES;
          return hostileRun(document, texts.slice(start, start + HOSTILE_PLACES));
        });
        const file = join(folder, 'hostile.html');
        writeFileSync(file, reportText(runs, scenarios));
        const { page, context, incidents } = await openFile(browser, file);
        await page.evaluate(OPEN_ALL);
        await page.waitForFunction('document.querySelectorAll("details.table table").length > 0');
        await page.mouse.move(300, 300);
        expect(await page.evaluate('document.scripts.length')).toBe(2);
        expect(await page.evaluate(FOREIGN)).toEqual([]);
        expect(incidents).toEqual([]);
        await context.close();
      }
      console.log(`${texts.length} hostile texts are inert in Chromium`);
    });

    it.each(['light', 'dark'] as const)(
      'has nothing that axe objects to, contrast included, on %s',
      async (colorScheme) => {
        const { page, context } = await openFile(browser, report, { colorScheme, bypassCSP: true });
        await page.waitForSelector('figure svg');
        await page.evaluate(OPEN_ALL);
        await page.evaluate(axe.source);
        const violations = await page.evaluate(AXE);
        expect(violations).toEqual([]);
        await context.close();
      },
    );
  },
);
