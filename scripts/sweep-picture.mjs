// Takes a picture of the report on a sweep in Chromium: node scripts/sweep-picture.mjs FILE.png [light | dark]
import { withReport } from './report-page.mjs';

const [picture, colorScheme = 'light'] = process.argv.slice(2);
if (picture === undefined) throw new Error('the name of the picture is missing');

const SWEEP = `
scenario: finetune
params: {dim: 6, times: "log:0.3:100:8"}
axes:
  - {parameter: learningRates, grid: "log:0.001:1:13"}
  - {parameter: target, list: ["overshoot:2:3", "scale:2", "erase:1"]}
output: {table: curve}
`;

await withReport(
  ['sweep', 'sweep.yaml', '--out', 'r1', '--quiet'],
  { 'sweep.yaml': SWEEP },
  colorScheme,
  async (page) => {
    await page.getByLabel('Panels').selectOption('target');
    await page.getByLabel('Colours').selectOption('time');
    const from = page.getByRole('slider', { name: 'learningRates, from' });
    await from.focus();
    for (let times = 0; times < 3; times++) await page.keyboard.press('PageUp');
    await from.blur();
    await page.evaluate('scrollTo(0, 0)');
    const top = await page.locator('.sweep').boundingBox();
    const bottom = await page.locator('.parallel').boundingBox();
    await page.screenshot({
      path: picture,
      fullPage: true,
      clip: { x: 0, y: top.y, width: 860, height: bottom.y + bottom.height - top.y + 24 },
    });
  },
);
