import { fitCells, wrapCells } from '../cell-width.js';
import type { ChartOptions } from '../chart/draw-chart.js';
import { readableNumber } from '../number-text.js';
import type { Style } from '../style.js';
import type { HeatMap } from './heat-map.js';
import { boundaryGlyph, missingGlyph, paintShade, SHADES, shadeGlyph, upperEnd } from './shades.js';

/** The lines under a map that say what its shades and signs mean; no line is wider than `width`. */
export function legendOfMap(
  { valueLabel, values, boundary, boundaryLabel, missing }: HeatMap,
  greatest: number,
  { width, unicode, colour }: ChartOptions,
  style: Style,
): string[] {
  const isMissing = (value: number | null) => value === null || !Number.isFinite(value);
  const entries = Array.from({ length: greatest > 0 ? SHADES : 1 }, (_, shade) => ({
    sign: shadeGlyph(shade, unicode),
    text:
      shade === 0
        ? `up to ${readableNumber(upperEnd(0, greatest), 2)}`
        : readableNumber(upperEnd(shade, greatest), 3),
    paint: (sign: string) => paintShade(shade, sign, colour),
  }));
  const signs = [
    {
      sign: boundaryGlyph(unicode),
      text: boundaryLabel,
      isShown: boundary.some((height) => !isMissing(height)),
      paint: style.bad,
    },
    {
      sign: missingGlyph(unicode, 'diverged'),
      text: 'diverged',
      isShown: missing?.flat().includes('diverged') === true,
      paint: (sign: string) => sign,
    },
    {
      sign: missingGlyph(unicode),
      text: 'no value',
      isShown: values.some((line, row) =>
        line.some(
          (value, column) => isMissing(value) && (missing?.[row]?.[column] ?? 'no value') === 'no value',
        ),
      ),
      paint: (sign: string) => sign,
    },
  ].filter(({ isShown, text }) => isShown && text !== '');
  const [shades, others] = [entries, signs].map((items) =>
    flow(
      items.map(({ sign, text, paint }) => ({ plain: `${sign} ${text}`, painted: `${paint(sign)} ${text}` })),
      width,
    ),
  );
  return [...wrapCells(`${valueLabel}:`, width).map((line) => fitCells(line, width)), ...shades!, ...others!];
}

/** Sets items side by side, as many in a line as fit; an item that fits nowhere is left out. */
function flow(items: readonly { plain: string; painted: string }[], width: number): string[] {
  const lines: string[] = [];
  let used = 0;
  for (const { plain, painted } of items) {
    if (plain.length > width) continue;
    if (lines.length > 0 && used + 3 + plain.length <= width) {
      lines[lines.length - 1] += `   ${painted}`;
      used += 3 + plain.length;
    } else {
      lines.push(painted);
      used = plain.length;
    }
  }
  return lines;
}
