// Puts beside the figures what drawing them needs and no machine is sure to have: the font, its widths, and the renderer of PNG.
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import opentype from 'opentype.js';

const require = createRequire(import.meta.url);
const assets = new URL('../dist/cli/figures/assets/', import.meta.url);
mkdirSync(assets, { recursive: true });
copyFileSync(require.resolve('@resvg/resvg-wasm/index_bg.wasm'), new URL('resvg.wasm', assets));

const arimo = require.resolve('@expo-google-fonts/arimo/package.json');
const font = (path) => new URL(path, `file://${arimo}`);
copyFileSync(font('LICENSE_FONT'), new URL('Arimo.licence.txt', assets));

const advances = { unitsPerEm: 0 };
for (const [weight, path] of [
  ['normal', '400Regular/Arimo_400Regular.ttf'],
  ['bold', '700Bold/Arimo_700Bold.ttf'],
]) {
  copyFileSync(font(path), new URL(`Arimo-${weight}.ttf`, assets));
  const bytes = readFileSync(font(path));
  const parsed = opentype.parse(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));
  advances.unitsPerEm = parsed.unitsPerEm;
  advances[weight] = Object.fromEntries(
    Object.entries(parsed.tables.cmap.glyphIndexMap).map(([codePoint, glyph]) => [
      String.fromCodePoint(Number(codePoint)),
      parsed.glyphs.get(glyph).advanceWidth,
    ]),
  );
}
writeFileSync(new URL('advances.json', assets), JSON.stringify(advances));
