// Opens a report in Chromium for a picture of it.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';

const program = fileURLToPath(new URL('../dist/cli/main.js', import.meta.url));

/**
 * Makes a result folder `r1` with some command, opens the report on it, and hands the page over.
 *
 * @param command words after `overtrain`, which write `r1`
 * @param files contents of files that the command reads, by name
 */
export async function withReport(command, files, colorScheme, take) {
  const folder = mkdtempSync(join(tmpdir(), 'overtrain-'));
  const overtrain = (...argv) => {
    const { status, stderr } = spawnSync(process.execPath, [program, ...argv], { cwd: folder, encoding: 'utf8' });
    if (status !== 0) throw new Error(stderr);
  };
  for (const [name, contents] of Object.entries(files)) writeFileSync(join(folder, name), contents);
  overtrain(...command);
  overtrain('report', 'r1', '--html', 'r1.html');
  const executablePath = process.env.CHROMIUM ?? '/usr/bin/chromium';
  const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });
  const page = await browser.newPage({ viewport: { width: 860, height: 1400 }, colorScheme });
  await page.goto(`file://${join(folder, 'r1.html')}`);
  await take(page);
  await browser.close();
  rmSync(folder, { recursive: true });
}
