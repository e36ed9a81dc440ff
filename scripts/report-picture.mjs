// Takes a picture of a report in Chromium: node scripts/report-picture.mjs FILE.png [light | dark]
import { withReport } from './report-page.mjs';

const [picture, colorScheme = 'light'] = process.argv.slice(2);
if (picture === undefined) throw new Error('the name of the picture is missing');

await withReport(['run', 'gaussian', '--out', 'r1', '--quiet'], {}, colorScheme, async (page) => {
  const plot = page.locator('.plot').first();
  const box = await plot.boundingBox();
  for (let y = 0.95; y > 0.05 && !(await plot.locator('.tip').isVisible()); y -= 0.02)
    await page.mouse.move(box.x + box.width * 0.52, box.y + box.height * y);
  const top = (await page.locator('article h2').boundingBox()).y - 16;
  await page.screenshot({ path: picture, clip: { x: 0, y: top, width: 860, height: box.y + box.height - top + 8 } });
});
