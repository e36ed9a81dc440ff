import type { Table } from '../../../sim/scenario/table.js';
import { PAGE } from '../../figures/theme.js';
import { facetData, facetSpec, facetWords, rowsOf } from '../../sweep-figures/facet-spec.js';
import { heatData, heatRows, heatSpec, heatWords } from '../../sweep-figures/heat-spec.js';
import { parallelData, parallelWords } from '../../sweep-figures/parallel-spec.js';
import { completed, defaultChoice, type SweepChoice, slicePlaces } from '../../sweep-figures/sweep-choice.js';
import { readSweepRows, type SweepRows, type SweepSummary } from '../../sweep-figures/sweep-rows.js';
import type { SweepStyle } from '../../sweep-figures/sweep-style.js';
import { element, onWidth } from './element.js';
import { ParallelView } from './parallel-view.js';
import { SweepPlot } from './sweep-plot.js';

const NONE = '';

/** Lets the reader choose the result, the axes of facets and map, and where the axes that are left over are cut. */
function sweepControls(rows: SweepRows, first: SweepChoice, choose: (choice: SweepChoice) => void): HTMLElement {
  let choice = first;
  const group = element('div', { class: 'controls', role: 'group', 'aria-label': 'What is drawn' });
  const cuts = element('div', { role: 'group', 'aria-label': 'Axes that are not drawn' });
  const names = rows.axes.map(({ column }) => column);
  const take = (next: SweepChoice) => {
    choice = next;
    fill();
    choose(choice);
  };
  const withAxis = (role: 'x' | 'panel' | 'series', column: string) => {
    const next = { result: choice.result, x: choice.x, panel: choice.panel, series: choice.series };
    const before = next[role];
    const value = column === NONE ? null : column;
    // An axis is drawn once: the choice that had it gets the one given up.
    for (const other of ['x', 'panel', 'series'] as const)
      if (other !== role && value !== null && next[other] === value) next[other] = before;
    next[role] = value;
    const { slices } = completed(rows, next);
    // Axes that stay undrawn stay cut where they were.
    const kept = Object.entries(choice.slices).filter(([name]) => name in slices);
    take({ ...choice, ...next, slices: { ...slices, ...Object.fromEntries(kept) } });
  };
  const selects = {
    result: select(
      'Result',
      rows.results.map(({ name }) => name),
      (name) => take({ ...choice, result: name, isLog: completed(rows, { ...choice, result: name }).isLog }),
    ),
    x: select('Across', names, (column) => withAxis('x', column)),
    panel: select("Panels, and the map's vertical axis", [NONE, ...names], (column) => withAxis('panel', column)),
    series: select('Colours', [NONE, ...names], (column) => withAxis('series', column)),
  };
  const log = element('input', { type: 'checkbox' });
  log.addEventListener('change', () => take({ ...choice, isLog: log.checked }));
  const fill = () => {
    for (const role of ['result', 'x', 'panel', 'series'] as const) selects[role].box.value = choice[role] ?? NONE;
    log.checked = choice.isLog;
    cuts.replaceChildren(
      ...Object.entries(choice.slices).map(([column, place]) => {
        const axis = rows.axes.find((one) => one.column === column)!;
        const { levels } = slicePlaces(axis);
        const { label, box } = select(
          column,
          [NONE, ...levels.map((_, index) => String(index))],
          (value) => take({ ...choice, slices: { ...choice.slices, [column]: value === NONE ? null : Number(value) } }),
          (value) => (value === NONE ? 'mean of all' : levels[Number(value)]!.label),
        );
        box.value = place === null ? NONE : String(place);
        return label;
      }),
    );
    cuts.hidden = Object.keys(choice.slices).length === 0;
  };
  fill();
  group.append(...Object.values(selects).map(({ label }) => label), element('label', {}, [log, ' log result']), cuts);
  return group;
}

function select(
  text: string,
  values: readonly string[],
  change: (value: string) => void,
  wordsOf = (value: string) => (value === NONE ? 'none' : value),
): { readonly label: HTMLElement; readonly box: HTMLSelectElement } {
  const options = values.map((value) => element('option', { value }, [wordsOf(value)]));
  const box = element('select', { 'aria-label': text }, options);
  box.addEventListener('change', () => change(box.value));
  return { label: element('label', { class: 'choice' }, [`${text} `, box]), box };
}

const LEAST_WIDTH = 320;

export function showSweep(place: HTMLElement, summary: SweepSummary, table: Table | undefined): void {
  if (table === undefined) return;
  const rows = readSweepRows(summary, table);
  const first = defaultChoice(rows);
  if (first === null || rows.axes.length === 0) {
    const reason = first === null ? 'no result has numbers' : 'nothing varies';
    place.append(element('p', { class: 'note' }, [`There are no figures, because ${reason}.`]));
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
      fields: ['panel', 'series', 'x', 'theory', 'simulation', 'low', 'high', 'count', 'mark'],
    });
    const map = heatData(rows, choice);
    if (map === null) heat.hide('A heat map needs two axes: choose one for the panels.');
    else
      heat.show({
        spec: heatSpec(map, style(), 'transparent'),
        words: heatWords(map),
        notes: map.notes,
        rows: heatRows(map),
        fields: ['x_label', 'y_label', 'value', 'error', 'count', 'rows', 'mark'],
      });
  };
  const drawLines = () => {
    const lines = parallelData(rows, choice.result, choice.isLog);
    parallel.show(lines, `${parallelWords(lines)}${summary.table === 'cells' ? ' Each line is a bin.' : ''}`);
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
  onWidth(place, () => {
    draw();
    parallel.resize();
  });
}
