import type { Table } from '../../sim/scenario/table.js';
import { symbolText } from '../figures/figure-axis.js';
import { TYPE } from '../figures/figure-config.js';
import { drawnSpec } from '../figures/figure-files.js';
import { wrappedText } from '../figures/font.js';
import { PRINT_WIDTH } from '../figures/spec-parts.js';
import type { Theme } from '../figures/theme.js';
import { facetData, facetSpec } from './facet-spec.js';
import { heatData, heatSpec } from './heat-spec.js';
import { parallelData, parallelSpec } from './parallel-spec.js';
import { defaultChoice } from './sweep-choice.js';
import { readSweepRows, type SweepSummary } from './sweep-rows.js';
import type { Spec, SweepStyle } from './sweep-style.js';

/**
 * Figures of a sweep by file name, as a run has them: `figure-facets`, `figure-heat-map` and `figure-parallel`, each with its
 * specification, as SVG and PNG, light and dark; a choice of axes and result is made that shows most. There are none where nothing
 * varies or nothing has numbers, and no map of one axis. A figure that cannot be drawn must not cost the numbers: a text then says why.
 */
export async function sweepFigureFiles(
  summary: SweepSummary,
  table: Table,
): Promise<ReadonlyMap<string, string | Uint8Array>> {
  const files = new Map<string, string | Uint8Array>();
  const figures = sweepFigures(summary, table);
  if (figures.length === 0) return files;
  const drawing = await import('../figures/draw-figure.js');
  for (const { id, spec } of figures) {
    const stem = `figure-${id}`;
    try {
      for (const [name, contents] of await drawnSpec(spec, stem, drawing)) files.set(name, contents);
    } catch (error) {
      files.set(`${stem}.txt`, `This figure could not be drawn: ${(error as Error).message}\n`);
    }
  }
  return files;
}

/** A figure of a sweep in print. */
export interface SweepFigure {
  readonly id: 'facets' | 'heat-map' | 'parallel';
  spec(theme: Theme): Spec;
}

/** The figures of a sweep in print, with the choice of {@link defaultChoice}. */
export function sweepFigures(summary: SweepSummary, table: Table): SweepFigure[] {
  const rows = readSweepRows(summary, table);
  const choice = defaultChoice(rows);
  if (choice === null || rows.axes.length === 0) return [];
  const style = (theme: Theme, title: string, notes: readonly string[]): SweepStyle => ({
    theme,
    width: PRINT_WIDTH,
    size: TYPE,
    title: wrappedText(title, TYPE + 1, PRINT_WIDTH - 20, 'bold'),
    notes: notes.flatMap((note) => wrappedText(note, TYPE - 1, PRINT_WIDTH - 20)),
    columns: table.columns,
  });
  const name = symbolText(choice.result);
  const facets = facetData(rows, choice);
  const heat = heatData(rows, choice);
  const parallel = parallelData(rows, choice.result, choice.isLog);
  return [
    {
      id: 'facets',
      spec: (theme) =>
        facetSpec(
          facets,
          style(theme, `${name} against ${symbolText(choice.x ?? '')}`, facets.notes),
          theme.background,
        ),
    },
    ...(heat === null
      ? []
      : [
          {
            id: 'heat-map' as const,
            spec: (theme: Theme) => {
              const over = `${symbolText(heat.x.column)} and ${symbolText(heat.y.column)}`;
              return heatSpec(heat, style(theme, `${name} over ${over}`, heat.notes), theme.background);
            },
          },
        ]),
    {
      id: 'parallel',
      spec: (theme) => parallelSpec(parallel, style(theme, `All axes and ${name}`, []), theme.background),
    },
  ];
}
