import type { Table } from '../../../sim/scenario/table.js';
import { PAGE } from '../../figures/theme.js';
import { facetData } from '../../sweep-figures/facet-data.js';
import { facetSpec, facetWords, rowsOf } from '../../sweep-figures/facet-spec.js';
import { heatData } from '../../sweep-figures/heat-data.js';
import { heatRows, heatSpec, heatWords } from '../../sweep-figures/heat-spec.js';
import { parallelData, parallelWords } from '../../sweep-figures/parallel-data.js';
import { defaultChoice, type SweepChoice } from '../../sweep-figures/sweep-choice.js';
import { readSweepRows } from '../../sweep-figures/sweep-rows.js';
import type { SweepStyle } from '../../sweep-figures/sweep-style.js';
import type { SweepSummary } from '../../sweep-figures/sweep-summary.js';
import { element } from './element.js';
import { ParallelView } from './parallel-view.js';
import { sweepControls } from './sweep-controls.js';
import { SweepPlot } from './sweep-plot.js';

const LEAST_WIDTH = 320;

/** Shows a sweep: facets, a heat map and parallel coordinates of the result and the axes that the reader chooses. */
export function showSweep(place: HTMLElement, summary: SweepSummary, table: Table | undefined): void {
  if (table === undefined) return;
  const rows = readSweepRows(summary, table);
  const first = defaultChoice(rows);
  if (first === null || rows.axes.length === 0) {
    const reason = first === null ? 'no result has numbers' : 'nothing varies along which to draw them';
    place.append(element('p', { class: 'note' }, [`There are no figures: ${reason}.`]));
    return;
  }
  let choice: SweepChoice = first;
  const anchor = place.id;
  const facets = new SweepPlot(`${anchor}-facets`, 'Facets');
  const heat = new SweepPlot(`${anchor}-heat`, 'Heat map');
  const parallel = new ParallelView(`${anchor}-parallel`);
  const style = (): SweepStyle => ({
    theme: PAGE,
    width: Math.max(LEAST_WIDTH, place.clientWidth - 16),
    size: 12,
    title: [],
    notes: [],
    columns: table.columns,
  });
  const draw = () => {
    const small = facetData(rows, choice);
    facets.show({
      spec: facetSpec(small, style(), 'transparent'),
      words: facetWords(small),
      notes: small.notes,
      rows: rowsOf(small),
      told: ['panel', 'series', 'x', 'theory', 'simulation', 'low', 'high', 'count', 'mark'],
    });
    const map = heatData(rows, choice);
    if (map === null) heat.hide('A heat map needs two axes: choose one for the panels.');
    else
      heat.show({
        spec: heatSpec(map, style(), 'transparent'),
        words: heatWords(map),
        notes: map.notes,
        rows: heatRows(map),
        told: ['x_label', 'y_label', 'value', 'error', 'count', 'rows', 'mark'],
      });
  };
  const drawLines = () => {
    const lines = parallelData(rows, choice.result, choice.isLog);
    parallel.show(lines, `${parallelWords(lines)}${summary.table === 'cells' ? ' A line is a bin.' : ''}`);
  };
  const controls = sweepControls(rows, choice, (next) => {
    const hasOther = next.result !== choice.result || next.isLog !== choice.isLog;
    choice = next;
    draw();
    if (hasOther) drawLines();
  });
  place.append(controls, facets.figure, heat.figure, parallel.figure);
  draw();
  drawLines();
  let across = place.clientWidth;
  new ResizeObserver(() => {
    if (place.clientWidth === across) return;
    across = place.clientWidth;
    draw();
    parallel.resize();
  }).observe(place);
}
