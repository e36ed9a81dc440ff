import type { RunDocument } from '../../sim/scenario/run-document.js';
import { loadScenariosFor } from '../../sim/scenarios/scenario-files.js';
import { figureSpec } from './map-spec.js';
import type { Spec } from './spec-parts.js';
import { DARK, LIGHT, type Theme } from './theme.js';

/** 85 mm, the width of a column, at 300 dots per inch. */
export const PNG_WIDTH = 1004;

/**
 * Every figure of a run by file name: `figure-<id>.vl.json` (Vega-Lite, the numbers inlined), `.svg` and `.png` on white, and
 * `.dark.svg` and `.dark.png` for dark pages. The same document gives the same bytes. What draws them is loaded here and not
 * before. A figure that cannot be drawn must not cost the numbers of a run: `figure-<id>.txt` then says why.
 *
 * @param document a run; of a scenario that this version does not know there are no figures
 */
export async function figureFiles(
  document: Pick<RunDocument, 'scenario' | 'tables'>,
): Promise<ReadonlyMap<string, string | Uint8Array>> {
  const scenario = (await loadScenariosFor(document.scenario)).find(({ id }) => id === document.scenario);
  const files = new Map<string, string | Uint8Array>();
  if (scenario === undefined) return files;
  const drawing = await import('./draw-figure.js');
  for (const figure of scenario.figures) {
    const stem = `figure-${figure.id}`;
    try {
      const spec = (theme: Theme) => figureSpec(figure, document.tables, { theme, medium: 'print' });
      const drawn = await drawnSpec(spec, stem, drawing);
      for (const [name, contents] of drawn) files.set(name, contents);
    } catch (error) {
      files.set(`${stem}.txt`, `This figure could not be drawn: ${(error as Error).message}\n`);
    }
  }
  return files;
}

/**
 * The files of one figure by name.
 *
 * @param specOf its specification on a background
 * @param stem what the names begin with
 */
export async function drawnSpec(
  specOf: (theme: Theme) => Spec,
  stem: string,
  { figureSvg, svgToPng }: Pick<typeof import('./draw-figure.js'), 'figureSvg' | 'svgToPng'>,
): Promise<ReadonlyMap<string, string | Uint8Array>> {
  const files = new Map<string, string | Uint8Array>();
  for (const [theme, ending] of [
    [LIGHT, ''],
    [DARK, '.dark'],
  ] as const) {
    const spec = specOf(theme);
    const svg = await figureSvg(spec);
    if (theme === LIGHT) files.set(`${stem}.vl.json`, `${JSON.stringify(spec, null, 1)}\n`);
    files.set(`${stem}${ending}.svg`, svg);
    files.set(`${stem}${ending}.png`, await svgToPng(svg, PNG_WIDTH));
  }
  return files;
}
