import type { Cell } from '../../sim/scenario/table.js';
import { gather, type Mark, markOf } from './gathered.js';
import { type Level, type Levels, levelsOf } from './levels.js';
import { standardError } from './moments.js';
import { rowsWithin, type SweepChoice, sliceWords } from './sweep-choice.js';
import type { AxisValues, ResultValues, SweepRows } from './sweep-rows.js';

/** More panels and series than these are thinned. */
const MOST_PANELS = 9;
export const MOST_SERIES = 8;
/** Values along the x axis; more are put into so many bins. */
const MOST_ACROSS = 40;
const BINS_ACROSS = 24;

/** One place of a series of a panel. */
export interface FacetPoint {
  readonly panel: string;
  readonly series: string;
  readonly x: Cell;
  readonly theory: number | null;
  readonly simulation: number | null;
  /** Standard error of the simulated mean. */
  readonly error: number | null;
  /** How many numbers it is the mean of. */
  readonly count: number;
  readonly mark: Mark | null;
}

/** Small multiples: a result along one axis, for each place of two others. */
export interface FacetData {
  readonly choice: SweepChoice;
  readonly result: ResultValues;
  readonly xKind: AxisValues['kind'];
  readonly points: readonly FacetPoint[];
  readonly panels: readonly string[];
  readonly series: readonly string[];
  /** Whether the series have an order. */
  readonly isOrdered: boolean;
  /** What a reader should know of what is drawn. */
  readonly notes: readonly string[];
}

/** Reads what facets draw. */
export function facetData(rows: SweepRows, choice: SweepChoice): FacetData {
  const axis = (column: string | null) => rows.axes.find((one) => one.column === column);
  const result = rows.results.find(({ name }) => name === choice.result);
  if (result === undefined) throw new Error(`there is no result ${choice.result}`);
  const [xAxis, panelAxis, seriesAxis] = [axis(choice.x), axis(choice.panel), axis(choice.series)];
  const across = placesOf(xAxis, MOST_ACROSS, BINS_ACROSS);
  const panels = placesOf(panelAxis, MOST_PANELS, MOST_PANELS);
  const series = placesOf(seriesAxis, MOST_SERIES, MOST_SERIES);
  const isWithin = rowsWithin(rows, choice);
  const [width, depth] = [across.levels.length, series.levels.length];
  const placeOf = (row: number) => {
    const [x, panel, one] = [across.at(row), panels.at(row), series.at(row)];
    return x < 0 || panel < 0 || one < 0 || !isWithin(row) ? -1 : (panel * depth + one) * width + x;
  };
  const count = panels.levels.length * depth * width;
  const theory = gather(rows, result.theoryValues, placeOf, count);
  const simulated = gather(rows, result.simulationValues, placeOf, count);
  const single = singleErrors(rows, result, placeOf, count);
  const hasSimulation = result.simulationValues?.moments.some((one) => one.count > 0) === true;
  const points: FacetPoint[] = [];
  for (let place = 0; place < count; place++) {
    const [one, other] = [simulated[place]!, theory[place]!];
    if (one.rows === 0) continue;
    const { moments } = one;
    points.push({
      panel: panels.levels[Math.floor(place / width / depth)]!.label,
      series: series.levels[Math.floor(place / width) % depth]!.label,
      x: across.levels[place % width]!.value,
      theory: other.moments.count === 0 ? null : other.moments.mean,
      simulation: moments.count === 0 ? null : moments.mean,
      error: standardError(moments) ?? single[place] ?? null,
      count: (hasSimulation ? moments : other.moments).count,
      // An engine that simulates nothing lacks no numbers.
      mark: markOf(hasSimulation || one.diverged > 0 ? one : other),
    });
  }
  return {
    choice,
    result,
    xKind: xAxis?.kind ?? 'text',
    points,
    panels: panels.levels.map(({ label }) => label),
    series: series.levels.map(({ label }) => label),
    isOrdered: seriesAxis !== undefined && seriesAxis.kind !== 'text',
    notes: notesOf(rows, choice, [across, panels, series], points),
  };
}

interface Places {
  readonly levels: readonly Level[];
  readonly found: Levels | undefined;
  at(row: number): number;
}

/** One place for everything where there is no axis. */
function placesOf(axis: AxisValues | undefined, most: number, bins: number): Places {
  if (axis === undefined)
    return { levels: [{ label: '', value: '', low: null, high: null }], found: undefined, at: () => 0 };
  const isMany = axis.kind !== 'text' && axis.distinct.length > most;
  const found = levelsOf(axis, isMany ? bins : most);
  return { levels: found.levels, found, at: (row) => found.places[row]! };
}

/** The standard error that a row brings itself, where a place has no more than that one row. */
function singleErrors(
  rows: SweepRows,
  { errors }: ResultValues,
  placeOf: (row: number) => number,
  count: number,
): (number | null)[] {
  const single: (number | null)[] = Array.from({ length: count }, () => null);
  if (errors === null) return single;
  for (let row = 0; row < rows.count; row++) {
    const place = placeOf(row);
    if (place >= 0) single[place] = errors[row] ?? null;
  }
  return single;
}

function notesOf(
  rows: SweepRows,
  choice: SweepChoice,
  places: readonly Places[],
  points: readonly FacetPoint[],
): string[] {
  const words = sliceWords(rows, choice);
  const binned = places.flatMap(({ found }) =>
    found?.isBinned ? [`${found.axis.column} in ${found.levels.length} bins`] : [],
  );
  const left = places.flatMap(({ found }) =>
    found !== undefined && found.leftOut > 0
      ? [
          `the first ${found.levels.length} of ${found.levels.length + found.leftOut} values of ${found.axis.column}`,
        ]
      : [],
  );
  const means = points.some(({ count }) => count > 1)
    ? [points.some(({ error }) => error !== null) ? 'means ± 1 s.e.' : 'means']
    : [];
  return [words, ...binned, ...left, ...means].filter((text) => text !== '');
}
