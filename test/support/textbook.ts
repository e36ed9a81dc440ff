/*
 * The formulas of the theory as a textbook prints them, without any care for tiny or huge numbers: an oracle for tables of
 * ordinary parameters that shares no code with src/theory.
 */

/** A pre-training task as a user describes it. */
export interface TextbookTask {
  readonly rows: number;
  readonly hidden: number;
  readonly cols: number;
  /** Singular values, padded with zeros to min(rows, cols). */
  readonly spectrum: readonly number[];
  readonly tau: number;
}

/** `σ/(1 + (σ/s0 − 1)e^{−4σt})`, and `s0/(1 + 4 s0 t)` for a null mode. */
export function textbookValue(sigma: number, start: number, time: number): number {
  if (sigma === 0) return start / (1 + 4 * start * time);
  return sigma / (1 + (sigma / start - 1) * Math.exp(-4 * sigma * time));
}

/** Singular values of the network; those beyond its width stay 0. */
export function textbookValues({ hidden, spectrum, tau }: TextbookTask, time: number): number[] {
  return spectrum.map((sigma, mode) => (mode < hidden ? textbookValue(sigma, Math.exp(-2 * tau), time) : 0));
}

/** T0 and T3: loss of the checkpoint, its sensitivity to noise γ, and their sum. */
export function textbookCurve(task: TextbookTask, gamma: number, time: number) {
  const values = textbookValues(task, time);
  const loss = task.spectrum.reduce((sum, sigma, mode) => sum + (sigma - values[mode]!) ** 2, 0);
  const { rows: p, hidden: h, cols: q } = task;
  const total = values.reduce((sum, value) => sum + value, 0);
  const sensitivity = gamma ** 2 * (p + q) * total + gamma ** 4 * p * h * q;
  return { loss, sensitivity, perturbedLoss: loss + sensitivity };
}
