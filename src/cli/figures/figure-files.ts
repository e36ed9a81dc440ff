import type { RunDocument } from '../../sim/run-document.js';
import { scenarios } from '../../sim/scenario-list.js';
import { figureSpec } from './figure-spec.js';
import { DARK, LIGHT } from './theme.js';

/** 85 mm, the width of a column, at 300 dots per inch. */
export const PNG_WIDTH = 1004;

/**
 * Every figure of a run by file name: `figures/<id>.vl.json` (Vega-Lite, the numbers inlined), `.svg` and `.png` on white,
 * and `.dark.svg` and `.dark.png` for dark pages. The same document gives the same bytes. What draws them is loaded here
 * and not before.
 *
 * @param document a run; of a scenario that this version does not know there are no figures
 * @throws Error when the document lacks a table or a column that a figure of its scenario draws
 */
export async function figureFiles(
  document: Pick<RunDocument, 'scenario' | 'tables'>,
): Promise<ReadonlyMap<string, string | Uint8Array>> {
  const scenario = scenarios.find(({ id }) => id === document.scenario);
  const files = new Map<string, string | Uint8Array>();
  if (scenario === undefined) return files;
  const { figureSvg, svgToPng } = await import('./draw-figure.js');
  for (const figure of scenario.figures) {
    for (const [theme, ending] of [
      [LIGHT, ''],
      [DARK, '.dark'],
    ] as const) {
      const spec = figureSpec(figure, document.tables, { theme, medium: 'print' });
      const svg = await figureSvg(spec);
      if (theme === LIGHT) files.set(`figures/${figure.id}.vl.json`, `${JSON.stringify(spec, null, 1)}\n`);
      files.set(`figures/${figure.id}${ending}.svg`, svg);
      files.set(`figures/${figure.id}${ending}.png`, await svgToPng(svg, PNG_WIDTH));
    }
  }
  return files;
}
