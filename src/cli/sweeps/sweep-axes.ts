import type { Figure } from '../../sim/scenario/figure.js';
import type { Scenario } from '../../sim/scenario/scenario.js';
import type { AxisForm } from '../../sim/sweeps/axis.js';
import { sweptColumns } from '../../sim/sweeps/run-points.js';
import type { Sweep } from '../../sim/sweeps/sweep.js';
import type { SweepAxis, SweepResult, SweepSummary } from '../sweep-figures/sweep-summary.js';

/** Tells the axes of a sweep from its results: what the sweep sets and what the figures of its scenario draw along are axes. */
export function summaryOf(sweep: Sweep, scenario: Scenario, rows: number): SweepSummary {
  const { definition } = sweep;
  const own = scenario.tables[definition.table]!.map(({ name }) => name);
  const figures = scenario.figures.filter((figure) => figure.table === definition.table);
  const along = new Set([
    ...figures.flatMap(placesOf),
    ...(scenario.rowOrder?.[definition.table] ?? []),
    ...scenario.figures.flatMap(({ series }) => (series === undefined ? [] : [series])),
  ]);
  const columns = sweptColumns(sweep, scenario);
  const forms = definition.axes.flatMap(formsOf);
  const swept = columns.map((column, index): SweepAxis => ({ column, ...forms[index]! }));
  const rowAxes = own
    .filter((name) => along.has(name) && !/_(theory|sim|stderr)$/.test(name))
    .map((column): SweepAxis => ({ column, form: 'row', scale: scaleIn(figures, column) }));
  const taken = new Set(rowAxes.map(({ column }) => column));
  const results = resultsAmong(
    own.filter((name) => !taken.has(name)),
    scenario.figures,
  );
  return { points: sweep.points, rows, table: 'points', axes: [...swept, ...rowAxes], results };
}

function placesOf(figure: Figure): string[] {
  const up = figure.kind === 'map' ? [figure.y.column] : [];
  return [figure.x.column, ...up, figure.series, figure.slice].filter((name) => name !== undefined);
}

function scaleIn(figures: readonly Figure[], column: string): SweepAxis['scale'] {
  const drawn = figures.find(({ x }) => x.column === column);
  if (drawn !== undefined) return drawn.x.scale;
  return figures.find(({ kind, y }) => kind === 'map' && y.column === column)?.y.scale ?? null;
}

function formsOf(axis: AxisForm): Pick<SweepAxis, 'form' | 'scale'>[] {
  if ('grid' in axis)
    return [{ form: 'grid', scale: axis.grid.trim().startsWith('log:') ? 'log' : 'linear' }];
  if ('list' in axis) return [{ form: 'list', scale: null }];
  if ('zip' in axis) return Object.keys(axis.zip).map(() => ({ form: 'zip', scale: null }));
  return Object.values(axis.random.parameters).map((text) => ({
    form: 'random',
    scale: text.trim().startsWith('log-uniform') ? 'log' : 'linear',
  }));
}

/** Columns that differ only in `_theory`, `_sim` and `_stderr` are one result. */
function resultsAmong(names: readonly string[], figures: readonly Figure[]): SweepResult[] {
  const there = (name: string) => (names.includes(name) ? name : null);
  const bases = new Set(names.map((name) => name.replace(/_(theory|sim|stderr)$/, '')));
  return [...bases].flatMap((base): SweepResult[] => {
    const theory = there(`${base}_theory`);
    const simulation = there(`${base}_sim`) ?? there(base);
    const drawn = figures.find(({ y }) => y.simulation !== undefined && y.simulation === simulation);
    const error = there(drawn?.y.error ?? '') ?? there(`${base}_stderr`);
    if (theory === null && simulation === null) return [];
    return [{ name: base, theory, simulation, error }];
  });
}
