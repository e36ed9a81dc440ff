import type { Table } from '../../sim/scenario/table.js';
import { symbolText } from '../figures/figure-axis.js';
import { TYPE } from '../figures/figure-config.js';
import { drawnFigures, type PrintFigure } from '../figures/figure-files.js';
import { PRINT_WIDTH, wrappedNotes, wrappedTitle } from '../figures/spec-parts.js';
import type { Theme } from '../figures/theme.js';
import type { Files } from '../results/files.js';
import { facetData, facetSpec } from './facet-spec.js';
import { heatData, heatSpec } from './heat-spec.js';
import { parallelData, parallelSpec } from './parallel-spec.js';
import { defaultChoice } from './sweep-choice.js';
import { readSweepRows, type SweepSummary } from './sweep-rows.js';
import type { SweepStyle } from './sweep-style.js';

/**
 * Figures of a sweep by file name, as a run has them: `figure-facets`, `figure-heat-map` and `figure-parallel`. There are none where
 * nothing varies or nothing has numbers, and no map of one axis.
 */
export async function sweepFigureFiles(summary: SweepSummary, table: Table): Promise<Files> {
  return drawnFigures(sweepFigures(summary, table));
}

/** The figures of a sweep in print, with the choice of {@link defaultChoice}. */
export function sweepFigures(summary: SweepSummary, table: Table): PrintFigure[] {
  const rows = readSweepRows(summary, table);
  const choice = defaultChoice(rows);
  if (choice === null || rows.axes.length === 0) return [];
  const style = (theme: Theme, title: string, notes: readonly string[]): SweepStyle => ({
    ...{ theme, width: PRINT_WIDTH, size: TYPE, columns: table.columns },
    ...{ title: wrappedTitle(title), notes: wrappedNotes(notes) },
  });
  const name = symbolText(choice.result);
  const facets = facetData(rows, choice);
  const heat = heatData(rows, choice);
  const parallel = parallelData(rows, choice.result, choice.isLog);
  const across = `${name} against ${symbolText(choice.x ?? '')}`;
  const over = heat === null ? '' : `${name} over ${symbolText(heat.x.column)} and ${symbolText(heat.y.column)}`;
  const figures: (PrintFigure | null)[] = [
    { id: 'facets', spec: (theme) => facetSpec(facets, style(theme, across, facets.notes), theme.background) },
    heat && { id: 'heat-map', spec: (theme) => heatSpec(heat, style(theme, over, heat.notes), theme.background) },
    {
      id: 'parallel',
      spec: (theme) => parallelSpec(parallel, style(theme, `All axes and ${name}`, []), theme.background),
    },
  ];
  return figures.filter((figure) => figure !== null);
}
