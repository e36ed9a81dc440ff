import { InvalidInputError } from '../../theory/invalid-input.js';
import type { Column } from '../scenario/table.js';
import type { PointResult } from './run-points.js';
import type { Sweep, SweepDefinition } from './sweep.js';

/** A parameter along which a boundary is searched. */
export interface SearchedAxis {
  readonly name: string;
  /** Whether steps are equal ratios. */
  readonly isLog: boolean;
}

/** Two neighbouring settings between which what is looked for comes or goes. */
export interface Bracket {
  /** Values of the other axes, in the order of their names. */
  readonly others: readonly unknown[];
  readonly low: number;
  readonly high: number;
}

export interface Seen {
  readonly others: readonly unknown[];
  readonly at: number;
  /** Whether the curves turn, row by row and replicate by replicate; undefined where there are no numbers. */
  readonly turns: string | undefined;
}

/** A loss that rises by less is not seen to rise: checkpoints that have not quite converged make it rise by 1e-5. */
export const LEAST_RISE = 1e-3;

/**
 * The axis of a sweep along which a boundary is searched: its only grid.
 *
 * @throws InvalidInputError unless there is exactly one grid
 */
export function searchedAxis({ axes }: SweepDefinition): SearchedAxis {
  const grids = axes.flatMap((axis) => ('grid' in axis ? [axis] : []));
  const [grid] = grids;
  if (grid === undefined || grids.length > 1)
    throw new InvalidInputError(
      '--find',
      `${grids.length} grids`,
      'a sweep with exactly one axis that is a grid, which is refined; the others may be lists',
    );
  return { name: grid.parameter, isLog: grid.grid.trim().startsWith('log:') };
}

/**
 * Which rows of a sweep's table tell that a curve turns: a time of inflection that is not null, or a rise by more than {@link LEAST_RISE}.
 *
 * @throws InvalidInputError for a table that tells neither
 */
export function turningTest(table: string, columns: readonly Column[]): (result: PointResult) => string | undefined {
  const names = columns.map(({ name }) => name);
  const wanted = ['time_sim', 'rise_sim', 'time_theory', 'rise_theory'].find((name) => names.includes(name));
  if (wanted === undefined)
    throw new InvalidInputError('output.table', table, 'for --find, a table with a column time_sim or rise_sim');
  const theory = wanted.replace('_sim', '_theory');
  const places = [names.indexOf(wanted), names.indexOf(theory)].filter((place) => place >= 0);
  return ({ rows, error }) => {
    if (error !== null) return undefined;
    const turns = rows.map((row) => {
      // An engine that simulates nothing leaves the theory.
      const value = places.map((place) => row[place]).find((cell) => cell !== null);
      if (wanted.startsWith('time')) return value === undefined ? '0' : '1';
      return Number(value ?? 0) > LEAST_RISE ? '1' : '0';
    });
    return turns.join('');
  };
}

/** Neighbours on the searched axis between which the turning changes, for every setting of the others. */
export function bracketsOf(seen: readonly Seen[]): Bracket[] {
  const lines = new Map<string, { readonly others: readonly unknown[]; readonly at: Map<number, string> }>();
  for (const { others, at, turns } of seen) {
    if (turns === undefined) continue;
    const key = JSON.stringify(others);
    const line = lines.get(key) ?? { others, at: new Map() };
    lines.set(key, line);
    // Replicates of one setting stand beside each other.
    line.at.set(at, `${line.at.get(at) ?? ''} ${turns}`);
  }
  return [...lines.values()].flatMap(({ others, at }) => {
    const places = [...at].sort(([a], [b]) => a - b);
    return places.slice(1).flatMap(([high, turns], index) => {
      const [low, before] = places[index]!;
      return turns === before ? [] : [{ others, low, high }];
    });
  });
}

/** The middle of a bracket; undefined where there is no number between its ends. */
export function middleOf({ low, high }: Bracket, { isLog }: SearchedAxis): number | undefined {
  const middle = isLog ? Math.sqrt(low) * Math.sqrt(high) : low + (high - low) / 2;
  return middle > low && middle < high ? middle : undefined;
}

/**
 * The sweep that looks at the middle of every bracket.
 *
 * @param taken points of the sweeps before, whose seeds are not used again where random numbers are independent
 */
export function refined(
  { definition, names }: Sweep,
  axis: SearchedAxis,
  middles: readonly { readonly bracket: Bracket; readonly middle: number }[],
  taken: number,
): SweepDefinition {
  const others = names.filter((name) => name !== axis.name);
  const zip = Object.fromEntries([
    [axis.name, middles.map(({ middle }) => middle)],
    ...others.map((name, index) => [name, middles.map(({ bracket }) => bracket.others[index])]),
  ]);
  const seed = definition.seed + (definition.randomNumbers === 'common' ? 0 : taken);
  return { ...definition, axes: [{ zip }], seed };
}
