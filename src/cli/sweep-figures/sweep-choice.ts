import { levelsOf } from './levels.js';
import { type AxisValues, hasNumbers, type ResultValues, type SweepRows } from './sweep-rows.js';

/** What of a sweep is drawn: a result along axes, by their column names. */
export interface SweepChoice {
  readonly result: string;
  /** The x axis; null where nothing varies. */
  readonly x: string | null;
  /** One panel for each place of this axis; the y axis of a map. */
  readonly panel: string | null;
  readonly series: string | null;
  /**
   * Of the axes that are not drawn, at which place of {@link slicePlaces} the sweep is cut; an axis that is not named, or null,
   * is averaged over.
   */
  readonly slices: Readonly<Record<string, number | null>>;
  readonly isLog: boolean;
}

/** More places than these are not offered to choose a slice from; they are bins then. */
export const MOST_SLICES = 24;

/** Values over more decades than this are better seen on a logarithmic scale. */
const MANY_DECADES = 2;

/**
 * A choice that shows most without being asked: the axis with the most values across, the next as panels, the third as colours; an
 * axis that is left over is cut in its middle, or averaged over where its values are random.
 */
export function defaultChoice(rows: SweepRows): SweepChoice | null {
  const result = rows.results.find(isCompared) ?? rows.results[0];
  if (result === undefined) return null;
  const [x, panel, series] = independentAxes(rows).map(({ column }) => column);
  return completed(rows, { result: result.name, x: x ?? null, panel: panel ?? null, series: series ?? null });
}

/** A choice with slices of the axes that it leaves over, and a scale for its values. */
export function completed(rows: SweepRows, choice: Omit<SweepChoice, 'slices' | 'isLog'>): SweepChoice {
  const drawn = [choice.x, choice.panel, choice.series];
  const left = rows.axes.filter((axis) => !drawn.includes(axis.column) && !isBoundTo(rows, axis, drawn));
  const slices = left.map((axis) => {
    const { levels } = slicePlaces(axis);
    return [axis.column, axis.form === 'random' ? null : Math.floor((levels.length - 1) / 2)];
  });
  const result = rows.results.find(({ name }) => name === choice.result);
  return { ...choice, slices: Object.fromEntries(slices), isLog: isWide(result) };
}

export function slicePlaces(axis: AxisValues) {
  return levelsOf(axis, MOST_SLICES);
}

/**
 * The axes from the most values to the fewest, without those whose values follow from one before. What distinguishes the lines of a
 * scenario's own figures apart, which the sweep does not vary, comes last.
 */
export function independentAxes(rows: SweepRows): AxisValues[] {
  const free: AxisValues[] = [];
  const isFree = (axis: AxisValues) => {
    const before = free.map(({ column }) => column);
    return !isBoundTo(rows, axis, before);
  };
  for (const axis of rows.axes) if (isFree(axis)) free.push(axis);
  const isOwn = ({ form, scale }: AxisValues) => Number(form === 'row' && scale === null);
  return free.sort((a, b) => isOwn(a) - isOwn(b) || b.distinct.length - a.distinct.length);
}

/** Whether the values of an axis follow from those of one of some others: lists that go together, a parameter and its column. */
function isBoundTo(rows: SweepRows, axis: AxisValues, others: readonly (string | null)[]): boolean {
  return rows.axes.some(
    (other) => other !== axis && others.includes(other.column) && (isSame(axis, other, rows) || isZipped(axis, other)),
  );
}

function isSame(a: AxisValues, b: AxisValues, { failures }: SweepRows): boolean {
  return a.values.every((value, row) => failures[row]! > 0 || String(value) === String(b.values[row]));
}

function isZipped(a: AxisValues, b: AxisValues): boolean {
  if (a.form !== 'zip' || b.form !== 'zip') return false;
  const follows = (from: AxisValues, to: AxisValues) => {
    const partners = new Map(from.values.map((value, row) => [value, to.values[row]]));
    return from.values.every((value, row) => partners.get(value) === to.values[row]);
  };
  return follows(a, b) && follows(b, a);
}

function isCompared({ theoryValues, simulationValues }: ResultValues): boolean {
  return hasNumbers(theoryValues) && hasNumbers(simulationValues);
}

function isWide(result: ResultValues | undefined): boolean {
  let [least, greatest] = [Number.POSITIVE_INFINITY, 0];
  for (const column of [result?.theoryValues, result?.simulationValues])
    for (const { count, mean } of column?.moments ?? []) {
      if (count === 0) continue;
      if (mean <= 0) return false;
      [least, greatest] = [Math.min(least, mean), Math.max(greatest, mean)];
    }
  return greatest > least * 10 ** MANY_DECADES;
}

export function rowsWithin(rows: SweepRows, { slices, x, panel, series }: SweepChoice): (row: number) => boolean {
  const cuts = rows.axes.flatMap((axis) => {
    const place = slices[axis.column] ?? null;
    const isDrawn = [x, panel, series].includes(axis.column);
    return place === null || isDrawn ? [] : [{ places: slicePlaces(axis).places, place }];
  });
  return (row) => cuts.every(({ places, place }) => places[row] === place);
}

/** In words, where a choice cuts the axes that it does not draw, and over which it averages. */
export function sliceWords(rows: SweepRows, { slices, x, panel, series }: SweepChoice): string[] {
  const left = rows.axes.filter(({ column }) => ![x, panel, series].includes(column) && column in slices);
  const cut = left.flatMap((axis) => {
    const place = slices[axis.column] ?? null;
    const level = place === null ? undefined : slicePlaces(axis).levels[place];
    return level === undefined ? [] : [`${axis.column} = ${level.label}`];
  });
  const over = left.filter(({ column }) => slices[column] === null).map(({ column }) => column);
  const words = [...cut, ...(over.length === 0 ? [] : [`mean over ${over.join(' and ')}`])];
  return words.length === 0 ? [] : [words.join(', ')];
}
