import { completed, type SweepChoice, slicePlaces } from '../../sweep-figures/sweep-choice.js';
import type { SweepRows } from '../../sweep-figures/sweep-rows.js';
import { element } from './element.js';

const NONE = '';

/** Lets the reader choose the result, the axes of facets and map, and where the axes that are left over are cut. */
export function sweepControls(
  rows: SweepRows,
  first: SweepChoice,
  choose: (choice: SweepChoice) => void,
): HTMLElement {
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
    // An axis is drawn once: whoever had it takes the one that is given up.
    for (const other of ['x', 'panel', 'series'] as const)
      if (other !== role && value !== null && next[other] === value) next[other] = before;
    next[role] = value;
    const { slices } = completed(rows, next);
    take({ ...choice, ...next, slices: { ...slices, ...keptOf(choice.slices, slices) } });
  };
  const selects = {
    result: select(
      'Result',
      rows.results.map(({ name }) => name),
      (name) => take({ ...choice, result: name, isLog: completed(rows, { ...choice, result: name }).isLog }),
    ),
    x: select('Across', names, (column) => withAxis('x', column)),
    panel: select('Panels, and up in the map', [NONE, ...names], (column) => withAxis('panel', column)),
    series: select('Colours', [NONE, ...names], (column) => withAxis('series', column)),
  };
  const log = element('input', { type: 'checkbox' });
  log.addEventListener('change', () => take({ ...choice, isLog: log.checked }));
  const fill = () => {
    selects.result.box.value = choice.result;
    selects.x.box.value = choice.x ?? NONE;
    selects.panel.box.value = choice.panel ?? NONE;
    selects.series.box.value = choice.series ?? NONE;
    log.checked = choice.isLog;
    cuts.replaceChildren(
      ...Object.entries(choice.slices).map(([column, place]) => {
        const axis = rows.axes.find((one) => one.column === column)!;
        const { levels } = slicePlaces(axis);
        const { label, box } = select(
          column,
          [NONE, ...levels.map((_, index) => String(index))],
          (value) =>
            take({
              ...choice,
              slices: { ...choice.slices, [column]: value === NONE ? null : Number(value) },
            }),
          (value) => (value === NONE ? 'all, as means' : levels[Number(value)]!.label),
        );
        box.value = place === null ? NONE : String(place);
        return label;
      }),
    );
    cuts.hidden = Object.keys(choice.slices).length === 0;
  };
  fill();
  group.append(
    ...Object.values(selects).map(({ label }) => label),
    element('label', {}, [log, ' log result']),
    cuts,
  );
  return group;
}

/** Where the axes that stay undrawn were cut. */
function keptOf(before: SweepChoice['slices'], now: SweepChoice['slices']): SweepChoice['slices'] {
  return Object.fromEntries(Object.entries(before).filter(([column]) => column in now));
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
