import type { Chart, ChartPoint } from '../../output/chart/chart.js';
import type { HeatMap } from '../../output/map/heat-map.js';
import { facetData } from '../../sweep-figures/facet-data.js';
import { heatData } from '../../sweep-figures/heat-data.js';
import type { Level } from '../../sweep-figures/levels.js';
import type { SweepChoice } from '../../sweep-figures/sweep-choice.js';
import type { AxisValues, SweepRows } from '../../sweep-figures/sweep-rows.js';

/** A result over two axes as a map in characters; null where there are not two. */
export function sweepMap(rows: SweepRows, choice: SweepChoice): HeatMap | null {
  const data = heatData(rows, choice);
  if (data === null) return null;
  const { x, y, xLevels, yLevels, cells, result, isSimulated, notes } = data;
  const width = xLevels.length;
  const cell = (row: number, column: number) => cells[row * width + column]!;
  const grid = <Value>(pick: (one: (typeof cells)[number]) => Value) =>
    yLevels.map((_, row) => xLevels.map((_, column) => pick(cell(row, column))));
  const compared = result.theory !== null && result.simulation !== null;
  const kind = compared ? ` (${isSimulated ? 'simulation' : 'theory'})` : '';
  return {
    title: [result.name, ...notes].join(', '),
    x: mapAxis(x, xLevels),
    y: mapAxis(y, yLevels),
    valueLabel: `${result.name}${kind}, up to`,
    values: grid(({ value }) => value),
    boundary: [],
    boundaryLabel: '',
    missing: grid((one) =>
      one.rows === 0
        ? 'empty'
        : one.value !== null
          ? null
          : one.mark === 'diverged'
            ? 'diverged'
            : 'no value',
    ),
  };
}

function mapAxis({ column, kind }: AxisValues, levels: readonly Level[]) {
  const places = levels.map(({ value }, index) => (typeof value === 'number' ? value : index));
  return {
    label: column,
    places: kind === 'text' ? levels.map((_, index) => index) : places,
    ...(kind === 'text' ? { names: levels.map(({ label }) => label) } : {}),
  };
}

/** A result along one axis as a chart in characters, a line for each place of the other. */
export function sweepChart(rows: SweepRows, choice: SweepChoice): Chart {
  const data = facetData(rows, { ...choice, series: choice.panel, panel: null });
  const { points, series, xKind, result, notes } = data;
  const texts = xKind === 'text' ? [...new Set(points.map(({ x }) => x))] : [];
  const at = (x: unknown) => (xKind === 'text' ? texts.indexOf(x as never) : Number(x));
  const lost = points.filter(({ mark }) => mark === 'diverged').length;
  const top = points.reduce(
    (most, { theory, simulation }) => Math.max(most, theory ?? most, simulation ?? most),
    Number.NEGATIVE_INFINITY,
  );
  const lines = series.map((label) => {
    const own = points.filter((point) => point.series === label);
    const line = (pick: (point: (typeof own)[number]) => number | null): ChartPoint[] =>
      own.map((point) => ({ x: at(point.x), y: pick(point) }));
    return {
      label: choice.panel === null ? result.name : `${choice.panel} = ${label}`,
      line: line(({ theory }) => theory),
      points: line(({ simulation }) => simulation),
      // What diverged stands at the upper edge, since it has no height.
      marks: own
        .filter(({ mark }) => mark === 'diverged')
        .map(({ x }) => ({ x: at(x), y: Number.isFinite(top) ? top : null, label: 'diverged' })),
    };
  });
  const named = texts.length === 0 ? '' : `: ${texts.map((text, index) => `${index} ${text}`).join(', ')}`;
  return {
    title: [result.name, ...notes, ...(lost === 0 ? [] : [`${lost} diverged`])].join(', '),
    x: { label: `${choice.x ?? ''}${named}`, scale: xKind === 'log' ? 'log' : 'linear' },
    y: { label: result.name, scale: choice.isLog ? 'log' : 'linear' },
    series: lines,
    key: {
      line: points.some(({ theory }) => theory !== null) ? 'theory' : '',
      points: points.some(({ simulation }) => simulation !== null)
        ? result.theory === null
          ? 'value'
          : 'simulation'
        : '',
      marks: 'diverged',
    },
  };
}
