import { effectiveSpeed } from './finetuning.js';
import type { Spectrum } from './spectrum.js';

/**
 * Fine-tuning to convergence from a checkpoint that has learned its first modes fully and the others not at all, on a task
 * with the same singular vectors (T4; with a pull toward the checkpoint, T5). A learned mode ends at
 * `(σ^ft + λσ)/(1 + λ)`, a mode that is not learned stays at zero.
 */
export interface StagedTask {
  /** Singular values `σ` of the pre-training task. */
  readonly spectrum: Spectrum;
  /** Singular values `σ^ft` of the fine-tuning task, as many, in the same order of modes. */
  readonly target: readonly number[];
  /** `λ`, the pull toward the checkpoint, from 0 to 1e150; others are refused (`InvalidInputError`, option `lambdas`). */
  readonly pull: number;
}

/**
 * Pre-training loss after fine-tuning from a checkpoint with `learned` modes,
 * `F_λ(n) = Σ_{i≤n} ((σ_i^ft - σ_i)/(1 + λ))² + Σ_{i>n} σ_i²` (T4, T5).
 *
 * @param learned number `n` of learned modes, from 0 to the number of nonzero singular values
 */
export function stagedPretrainingLoss(task: StagedTask, learned: number): number {
  const speed = effectiveSpeed(task.pull);
  return sum(task.spectrum, (sigma, index) =>
    index < learned ? ((task.target[index]! - sigma) / speed) ** 2 : sigma ** 2,
  );
}

/** Fine-tuning loss there, `Σ_{i≤n} (λ/(1 + λ))² (σ_i^ft - σ_i)² + Σ_{i>n} (σ_i^ft)²` (T5), which never falls as `λ` grows. */
export function stagedFineTuningLoss(task: StagedTask, learned: number): number {
  const share = task.pull / effectiveSpeed(task.pull);
  return sum(task.spectrum, (sigma, index) => {
    const target = task.target[index]!;
    return index < learned ? (share * (target - sigma)) ** 2 : target ** 2;
  });
}

/**
 * Forgetting, the pre-training loss after fine-tuning minus before, `Σ_{i≤n} ((σ_i^ft - σ_i)/(1 + λ))²`: never less with more
 * learned modes (T4).
 */
export function stagedForgetting(task: StagedTask, learned: number): number {
  const speed = effectiveSpeed(task.pull);
  return sum(task.spectrum.slice(0, learned), (sigma, index) => ((task.target[index]! - sigma) / speed) ** 2);
}

/**
 * What the `n`-th learned mode does to the pre-training loss after fine-tuning,
 * `F_λ(n) - F_λ(n-1) = (σ_n^ft - (2 + λ)σ_n)(σ_n^ft + λσ_n)/(1 + λ)²` (T4, T5); modes are counted from 1.
 */
export function stagedIncrement(task: StagedTask, mode: number): number {
  const speed = effectiveSpeed(task.pull);
  const sigma = task.spectrum[mode - 1]!;
  const target = task.target[mode - 1]!;
  return ((target - overshootThreshold(task.pull) * sigma) / speed) * ((target + task.pull * sigma) / speed);
}

/** Ratio `σ^ft/σ` above which learning a mode raises the pre-training loss after fine-tuning, `2 + λ` (T4, T5). */
export function overshootThreshold(pull: number): number {
  return 2 + pull;
}

/**
 * The number of learned modes with the least pre-training loss after fine-tuning, the smallest where several tie. It never
 * decreases as the pull grows, whatever the two tasks: each `F_λ(n) - F_λ(n-1)` falls with `λ`, so that more modes that pay off
 * stay paid (T5).
 *
 * @param most largest number of modes that can be learned; where not given, all nonzero singular values
 */
export function stagedInflection(task: StagedTask, most = Infinity): number {
  let best = 0;
  let rise = 0;
  for (let mode = 1; mode <= most && (task.spectrum[mode - 1] ?? 0) > 0; mode += 1) {
    rise += stagedIncrement(task, mode);
    if (rise < 0) {
      best = mode;
      rise = 0;
    }
  }
  return best;
}

function sum(values: readonly number[], term: (value: number, index: number) => number): number {
  return values.reduce((total, value, index) => total + term(value, index), 0);
}
