import type { RunDocument } from '../../sim/scenario/run-document.js';
import { loadScenariosFor } from '../../sim/scenarios/scenario-files.js';
import type { Files } from '../results/files.js';
import { figureSpec } from './map-spec.js';
import type { Spec } from './spec-parts.js';
import { DARK, LIGHT, type Theme } from './theme.js';

/** 85 mm, the width of a column, at 300 dots per inch. */
export const PNG_WIDTH = 1004;

/**
 * Every figure of a run by file name, as {@link drawnFigures} has them. The same document gives the same bytes.
 *
 * @param document a run; of a scenario that this version does not know there are no figures
 */
export async function figureFiles({ scenario: id, tables }: Pick<RunDocument, 'scenario' | 'tables'>): Promise<Files> {
  const scenario = (await loadScenariosFor(id)).find((one) => one.id === id);
  const figures = (scenario?.figures ?? []).map((figure) => ({
    id: figure.id,
    spec: (theme: Theme) => figureSpec(figure, tables, { theme, medium: 'print' }),
  }));
  return drawnFigures(figures);
}

export interface PrintFigure {
  readonly id: string;
  spec(theme: Theme): Spec;
}

/**
 * The files of figures by name: `figure-<id>.vl.json` (Vega-Lite, the numbers inlined), `.svg` and `.png` on white, and `.dark.svg` and
 * `.dark.png` for dark pages. What draws them is loaded here and not before. A figure that cannot be drawn must not cost the numbers of
 * a run: `figure-<id>.txt` then says why.
 */
export async function drawnFigures(figures: readonly PrintFigure[]): Promise<Files> {
  const files = new Map<string, string | Uint8Array>();
  if (figures.length === 0) return files;
  const { figureSvg, svgToPng } = await import('./draw-figure.js');
  for (const { id, spec } of figures) {
    const stem = `figure-${id}`;
    const drawn: [string, string | Uint8Array][] = [];
    try {
      for (const [theme, ending] of [
        [LIGHT, ''],
        [DARK, '.dark'],
      ] as const) {
        const themed = spec(theme);
        const svg = await figureSvg(themed);
        if (theme === LIGHT) drawn.push([`${stem}.vl.json`, `${JSON.stringify(themed, null, 1)}\n`]);
        drawn.push([`${stem}${ending}.svg`, svg], [`${stem}${ending}.png`, await svgToPng(svg, PNG_WIDTH)]);
      }
      for (const [name, contents] of drawn) files.set(name, contents);
    } catch (error) {
      files.set(`${stem}.txt`, `This figure could not be drawn: ${(error as Error).message}\n`);
    }
  }
  return files;
}
