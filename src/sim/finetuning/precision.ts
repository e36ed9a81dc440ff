import { outOfFloat32 } from '../training/choose-plan.js';
import type { ExpectedTuning } from './expected-tuning.js';
import type { FineTuningStudy, Task, Tuning } from './networks.js';
import type { StartingPoint } from './prepare.js';

/** Unit roundoff of the arithmetic of a backend; in float64 twice that, for the recurrence beside it rounds as much. */
export const UNIT_ROUNDOFF = { f32: 2 ** -24, f64: 2 ** -52 } as const;

/** Share of a loss that rounding is likely to take it off by before `auto` computes in float64. */
const DEMANDED = 1e-4;

/** Losses below this share of the squared norm of the larger task count as if they were this large. */
const SMALLEST_SHARE = 0.01;

/** Steps of single modes that float64 takes in less time than a kernel takes to be compiled. */
const QUICK_MODE_STEPS = 5e7;

/**
 * Why an ensemble needs float64 whatever rounding does, or is better served by it; undefined where float32 may serve.
 */
export function float64ByNature(
  { problem, steps }: FineTuningStudy,
  engine: 'modes' | 'matrix',
  starts: readonly StartingPoint[],
  tunings: readonly Tuning[],
): string | undefined {
  const largest = tunings.reduce(
    (most, { task }) => task.values.reduce((a, b) => Math.max(a, b), most),
    problem.spectrum[0]!,
  );
  const smallest = starts.reduce(
    (least, { factors }) => factors.reduce((a, b) => (b > 0 ? Math.min(a, b) : a), least),
    1,
  );
  const beyond = outOfFloat32(largest, smallest, 'factors');
  if (beyond !== undefined) return beyond;
  const modeSteps = tunings.length * steps * problem.modes.length;
  return engine === 'modes' && modeSteps <= QUICK_MODE_STEPS
    ? 'float64 takes these steps in less time than a float32 kernel takes to be compiled'
    : undefined;
}

/**
 * Why rounding in float32 would show, or undefined where it would not.
 *
 * @param expected what each network must give, with the bound on rounding in float32
 */
export function float64ByRounding(
  { problem }: FineTuningStudy,
  expected: ReadonlyMap<Tuning, ExpectedTuning>,
): string | undefined {
  const visible = visibleRounding(problem.spectrum, expected);
  return visible === undefined
    ? undefined
    : `float32 could take losses off by ${visible.share.toPrecision(1)} of their value`;
}

/** How far float32 is likely to take the losses of networks off, where that is more than `auto` puts up with. */
export interface VisibleRounding {
  /** Largest share of a loss. */
  readonly share: number;
  /** Networks with a share that shows. */
  readonly count: number;
}

/** Rounding that shows in the losses of these networks, see {@link float64ByRounding}; undefined where it does not. */
export function visibleRounding(
  spectrum: readonly number[],
  networks: Iterable<readonly [Tuning, ExpectedTuning]>,
): VisibleRounding | undefined {
  let [share, count] = [0, 0];
  for (const [{ task }, expected] of networks) {
    if (expected.divergedAt !== undefined) continue;
    const { lossPre, lossFt, lossPreLikely, lossFtLikely } = expected;
    const smallest = SMALLEST_SHARE * scaleOf(spectrum, task);
    const larger = Math.max(
      lossPreLikely / Math.max(lossPre, smallest),
      lossFtLikely / Math.max(lossFt, smallest),
    );
    if (larger > DEMANDED) count++;
    share = Math.max(share, larger);
  }
  return count === 0 ? undefined : { share, count };
}

/** Squared norm of the pre-training task or, where a new one is larger, of that. */
export function scaleOf(spectrum: readonly number[], task?: Task): number {
  return Math.max(squaredNorm(spectrum), squaredNorm(task?.values ?? []));
}

function squaredNorm(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value * value, 0);
}
