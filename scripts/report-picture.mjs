// Takes a picture of a report in Chromium: node scripts/report-picture.mjs FILE.png [light | dark]
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';

const [picture, colorScheme = 'light'] = process.argv.slice(2);
if (picture === undefined) throw new Error('the name of the picture is missing');
const program = fileURLToPath(new URL('../dist/cli/main.js', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'overtrain-'));
const overtrain = (...argv) => {
  const { status, stderr } = spawnSync(process.execPath, [program, ...argv], {
    cwd: folder,
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(stderr);
};
overtrain('run', 'gaussian', '--out', 'r1', '--quiet');
overtrain('report', 'r1', '--html', 'r1.html');

const executablePath = process.env.CHROMIUM ?? '/usr/bin/chromium';
const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });
const page = await browser.newPage({ viewport: { width: 860, height: 1400 }, colorScheme });
await page.goto(`file://${join(folder, 'r1.html')}`);
const plot = page.locator('.plot').first();
const box = await plot.boundingBox();
for (let y = 0.95; y > 0.05 && !(await plot.locator('.tip').isVisible()); y -= 0.02)
  await page.mouse.move(box.x + box.width * 0.52, box.y + box.height * y);
const top = (await page.locator('article h2').boundingBox()).y - 16;
await page.screenshot({
  path: picture,
  clip: { x: 0, y: top, width: 860, height: box.y + box.height - top + 8 },
});
await browser.close();
rmSync(folder, { recursive: true });
