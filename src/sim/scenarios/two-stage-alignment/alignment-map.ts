import { liesBetween } from '../../../theory/finetuning.js';
import type { Backend } from '../../backends/backend.js';
import { advanceModes, exactModes } from '../../training/stages.js';

/** Where the fine-tuning task stands between pre-training and alignment. */
export interface TaskPlace {
  /** Part of the way from the base network to the alignment task: 0 at its start, 1 at its end. */
  readonly place: number;
  /** Distance to the side, in units of the length of the way. */
  readonly offset: number;
}

/** What all networks of a map have in common. */
export interface AlignmentStudy {
  /** Singular values of the base network. */
  readonly base: readonly number[];
  /** Singular values of the pre-training task, from which places are counted. */
  readonly spectrum: readonly number[];
  /** Singular values of the alignment task. */
  readonly goals: readonly number[];
  readonly rate: number;
  readonly finetuningSteps: number;
  readonly steps: number;
}

/** Losses on the alignment task of one network, and its singular values before. */
export interface AlignedNetwork {
  readonly starts: Float64Array;
  readonly ends: Float64Array;
  readonly before: number;
  readonly after: number;
  readonly gain: number;
}

export interface AlignmentCell extends TaskPlace {
  readonly theory: AlignedNetwork;
  readonly simulated: AlignedNetwork | undefined;
  /** Whether every singular value of the fine-tuned network lies between those of the base network and of the alignment task. */
  readonly isBetween: boolean;
}

/** A direction to the side of the way: its steps with alternating signs, made orthogonal to it and as long. */
export function sideways(way: readonly number[]): number[] {
  const square = way.reduce((sum, step) => sum + step * step, 0);
  const turned = way.map((step, mode) => (mode % 2 === 0 ? step : -step));
  const along = turned.reduce((sum, step, mode) => sum + step * way[mode]!, 0) / square;
  const rest = turned.map((step, mode) => step - along * way[mode]!);
  const length = Math.sqrt(rest.reduce((sum, step) => sum + step * step, 0));
  if (!(length > 0)) return way.map(() => 0);
  return rest.map((step) => (step / length) * Math.sqrt(square));
}

/** Singular values of the fine-tuning task at a place; what would be negative is 0. */
export function taskAt(
  { spectrum, goals }: Pick<AlignmentStudy, 'spectrum' | 'goals'>,
  { place, offset }: TaskPlace,
): number[] {
  const way = goals.map((goal, mode) => goal - spectrum[mode]!);
  const side = sideways(way);
  return spectrum.map((sigma, mode) => Math.max(0, sigma + place * way[mode]! + offset * side[mode]!));
}

/** The largest offset at which a task at this place is between pre-training and alignment in every mode; undefined where none is. */
export function offsetBetween(study: Pick<AlignmentStudy, 'spectrum' | 'goals'>, place: number): number | undefined {
  if (!(place >= 0 && place <= 1)) return undefined;
  const way = study.goals.map((goal, mode) => goal - study.spectrum[mode]!);
  return sideways(way).reduce((least, step, mode) => {
    const share = step / way[mode]!;
    if (!(Math.abs(share) > 0)) return least;
    return Math.min(least, (share > 0 ? 1 - place : place) / Math.abs(share));
  }, Infinity);
}

/** The base network aligned as it is, by theory and as simulated. */
export async function alignBase(
  backend: Backend | undefined,
  study: AlignmentStudy,
): Promise<Omit<AlignmentCell, 'place' | 'offset' | 'isBetween'>> {
  const starts = Float64Array.from(study.base);
  const theory = measured(study, starts, squared(exactModes(roots(starts), alignment(study, 1))));
  if (backend === undefined) return { theory, simulated: undefined };
  const ends = await advanceModes(backend, roots(starts), alignment(study, 1));
  return { theory, simulated: measured(study, starts, squared(ends)) };
}

/** All cells of the map, fine-tuned and aligned side by side. */
export async function alignmentCells(
  backend: Backend | undefined,
  study: AlignmentStudy,
  places: readonly TaskPlace[],
): Promise<AlignmentCell[]> {
  const modes = study.base.length;
  const tasks = places.map((place) => taskAt(study, place));
  const start = roots(Float64Array.from(places.flatMap(() => study.base)));
  const rates = new Float64Array(start.length).fill(study.rate);
  const tuning = { sigmas: Float64Array.from(tasks.flat()), rates, steps: study.finetuningSteps };
  const tuned = exactModes(start, tuning);
  const ends = exactModes(tuned, alignment(study, places.length));
  const seen = backend && (await advanceModes(backend, start, tuning));
  const seenEnds = backend && (await advanceModes(backend, seen!, alignment(study, places.length)));
  return places.map((place, cell): AlignmentCell => {
    const of = (before: Float64Array, after: Float64Array) => {
      const part = (all: Float64Array) => squared(all.subarray(cell * modes, (cell + 1) * modes));
      return measured(study, part(before), part(after));
    };
    const theory = of(tuned, ends);
    return {
      ...place,
      theory,
      simulated: seen === undefined ? undefined : of(seen, seenEnds!),
      isBetween: liesBetween(study.base, Array.from(theory.starts), study.goals),
    };
  });
}

function alignment({ goals, rate, steps }: AlignmentStudy, networks: number) {
  const sigmas = Float64Array.from(Array.from({ length: networks }, () => goals).flat());
  return { sigmas, rates: new Float64Array(sigmas.length).fill(rate), steps };
}

function measured({ goals }: AlignmentStudy, starts: Float64Array, ends: Float64Array): AlignedNetwork {
  const loss = (values: Float64Array) => values.reduce((sum, value, mode) => sum + (value - goals[mode]!) ** 2, 0);
  const [before, after] = [loss(starts), loss(ends)];
  return { starts, ends, before, after, gain: before - after };
}

const squared = (factors: Float64Array) => factors.map((factor) => factor * factor);
const roots = (values: Float64Array) => values.map(Math.sqrt);
