import { gather, type Mark, markOf } from './gathered.js';
import { type Level, type Levels, levelsOf } from './levels.js';
import { standardError } from './moments.js';
import { completed, rowsWithin, type SweepChoice, sliceWords } from './sweep-choice.js';
import type { AxisValues, ResultValues, SweepRows } from './sweep-rows.js';

/** Values along an axis of a map; more are put into bins. */
const MOST_PLACES = 60;
const [FEWEST_BINS, MOST_BINS] = [4, 40];
/** Rows that a bin has on average. */
const ROWS_IN_BIN = 4;

/** One cell of a map. */
export interface HeatCell {
  readonly x: Level;
  readonly y: Level;
  /** Rows of the sweep in it; 0 for an empty cell. */
  readonly rows: number;
  readonly count: number;
  readonly value: number | null;
  readonly error: number | null;
  readonly mark: Mark | null;
}

/** A result over two axes. */
export interface HeatData {
  readonly choice: SweepChoice;
  readonly result: ResultValues;
  readonly isSimulated: boolean;
  readonly x: AxisValues;
  readonly y: AxisValues;
  readonly xLevels: readonly Level[];
  readonly yLevels: readonly Level[];
  /** Every cell of the map, empty ones included, row by row from the least y. */
  readonly cells: readonly HeatCell[];
  readonly notes: readonly string[];
}

/**
 * Reads what a heat map draws: the `x` and `panel` axes of a choice. Its `series` is cut as other axes are.
 *
 * @returns null for a sweep with fewer than two axes
 */
export function heatData(rows: SweepRows, facets: SweepChoice): HeatData | null {
  const { slices, isLog } = facets;
  const apart = completed(rows, { ...facets, series: null });
  const choice = { ...apart, slices: { ...apart.slices, ...slices }, isLog };
  const axis = (column: string | null) => rows.axes.find((one) => one.column === column);
  const [x, y] = [axis(choice.x), axis(choice.panel)];
  const result = rows.results.find(({ name }) => name === choice.result);
  if (result === undefined) throw new Error(`there is no result ${choice.result}`);
  if (x === undefined || y === undefined || x === y) return null;
  const [across, up] = [placesOf(x, rows), placesOf(y, rows)];
  const isSimulated = result.simulationValues?.moments.some(({ count }) => count > 0) === true;
  const column = isSimulated || result.theoryValues === null ? result.simulationValues : result.theoryValues;
  const isWithin = rowsWithin(rows, choice);
  const width = across.levels.length;
  const gathered = gather(
    rows,
    column,
    (row) => {
      const [left, height] = [across.places[row]!, up.places[row]!];
      return left < 0 || height < 0 || !isWithin(row) ? -1 : height * width + left;
    },
    width * up.levels.length,
  );
  const cells = gathered.map((one, place): HeatCell => {
    const { count, mean } = one.moments;
    return {
      x: across.levels[place % width]!,
      y: up.levels[Math.floor(place / width)]!,
      rows: one.rows,
      count,
      value: count === 0 ? null : mean,
      error: standardError(one.moments),
      mark: markOf(one),
    };
  });
  return {
    choice,
    result,
    isSimulated,
    x,
    y,
    xLevels: across.levels,
    yLevels: up.levels,
    cells,
    notes: notesOf(rows, choice, [across, up], cells),
  };
}

function placesOf(axis: AxisValues, { count }: SweepRows): Levels {
  if (axis.kind === 'text' || axis.distinct.length <= MOST_PLACES) return levelsOf(axis, MOST_PLACES);
  const fitting = Math.round(Math.sqrt(count / ROWS_IN_BIN));
  return levelsOf(axis, Math.max(FEWEST_BINS, Math.min(MOST_BINS, fitting)));
}

function notesOf(
  rows: SweepRows,
  choice: SweepChoice,
  places: readonly Levels[],
  cells: readonly HeatCell[],
): string[] {
  const words = sliceWords(rows, choice);
  const binned = places.flatMap(({ axis, isBinned, levels }) =>
    isBinned ? [`${axis.column} in ${levels.length} bins`] : [],
  );
  const left = places.flatMap(({ axis, leftOut, levels }) =>
    leftOut > 0 ? [`the first ${levels.length} of ${levels.length + leftOut} values of ${axis.column}`] : [],
  );
  const empty = cells.filter((cell) => cell.rows === 0).length;
  const lacking = empty === 0 ? [] : [`${empty} of ${cells.length} cells are empty`];
  const means = cells.some(({ count }) => count > 1) ? ['cells are means'] : [];
  return [words, ...binned, ...left, ...means, ...lacking].filter((text) => text !== '');
}
