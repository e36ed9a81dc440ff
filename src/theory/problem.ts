import { requireInput } from './invalid-input.js';
import { gap, type Mode, singularValue } from './mode.js';
import { parseSpectrum, type Spectrum } from './spectrum.js';

/**
 * A pre-training problem: a two-layer linear network `W1 W2` (`p×h` times `h×q`) that learns a task `A` (`p×q`) by
 * gradient flow on `‖W1W2 - A‖²` from an aligned balanced start. Immutable.
 */
export interface Problem {
  /** Rows `p` of the task. */
  readonly rows: number;
  /** Hidden width `h`. */
  readonly hidden: number;
  /** Columns `q` of the task. */
  readonly cols: number;
  /** All `min(p, q)` singular values of the task. */
  readonly spectrum: Spectrum;
  /** Initial factors are `e^-tau`, so that every mode starts at `e^{-2 tau}` unless starts were given. */
  readonly tau: number;
  /** The `k = min(p, h, q)` modes that the network can learn. */
  readonly modes: readonly Mode[];
  /** Singular values beyond the `h` modes: they stay unlearned and count in the loss. */
  readonly unlearnable: readonly number[];
}

/** What `createProblem` takes. */
export interface ProblemOptions {
  /** Stands for whichever of `rows`, `hidden` and `cols` is not given. */
  readonly dim?: number | undefined;
  readonly rows?: number | undefined;
  readonly hidden?: number | undefined;
  readonly cols?: number | undefined;
  /** Text form or values of the singular values; see `parseSpectrum`. */
  readonly spectrum: string | readonly number[];
  /** Initial factors are `e^-tau`; from 0 to 350. */
  readonly tau: number;
  /** Singular values of the network at time 0, one per mode, in place of `e^{-2 tau}` for all; each from 0 to 1e150. */
  readonly starts?: readonly number[] | undefined;
}

/** A dimension beyond this could not be simulated or even listed, and would exhaust memory before failing. */
const LARGEST_DIMENSION = 2 ** 20;

/** `e^{-2·350} ≈ 1e-304` is still a normal double; the starts of modes lose precision below about 2e-308. */
const LARGEST_TAU = 350;

const LARGEST_START = 1e150;

/**
 * Builds and validates a problem.
 *
 * @param options shapes, spectrum and initialisation
 * @returns the problem, frozen
 * @throws InvalidInputError naming `rows`, `hidden`, `cols` or `dim` (not an integer from 1 to 2^20), `spectrum`, `tau`
 *   (not from 0 to 350) or `starts` (not one number from 0 to 1e150 per mode)
 */
export function createProblem(options: ProblemOptions): Problem {
  const rows = dimension('rows', options.rows, options.dim);
  const hidden = dimension('hidden', options.hidden, options.dim);
  const cols = dimension('cols', options.cols, options.dim);
  const { tau } = options;
  requireInput(tau >= 0 && tau <= LARGEST_TAU, 'tau', tau, `a number from 0 to ${LARGEST_TAU}`);
  const spectrum = parseSpectrum(options.spectrum, Math.min(rows, cols));
  const count = Math.min(rows, hidden, cols);
  const starts = validStarts(options.starts, count);
  const common = Math.exp(-2 * tau);
  const modes = spectrum
    .slice(0, count)
    .map((sigma, index): Mode => Object.freeze({ sigma, start: starts?.[index] ?? common }));
  return Object.freeze({
    rows,
    hidden,
    cols,
    spectrum,
    tau,
    modes: Object.freeze(modes),
    unlearnable: Object.freeze(spectrum.slice(count)),
  });
}

function dimension(name: string, value: number | undefined, common: number | undefined): number {
  const [option, size] = value === undefined && common !== undefined ? ['dim', common] : [name, value];
  const valid = size !== undefined && Number.isInteger(size) && size >= 1 && size <= LARGEST_DIMENSION;
  requireInput(valid, option, size, `an integer from 1 to ${LARGEST_DIMENSION}`);
  return size;
}

function validStarts(starts: readonly number[] | undefined, count: number): readonly number[] | undefined {
  if (starts === undefined) return undefined;
  const valid = starts.length === count && starts.every((start) => start >= 0 && start <= LARGEST_START);
  requireInput(valid, 'starts', starts, `${count} numbers from 0 to ${LARGEST_START}, one per mode`);
  return starts;
}

/**
 * Loss `‖W1W2 - A‖²` along gradient flow (T0): the squared gaps of the modes plus what the hidden width cannot learn.
 *
 * @param time gradient-flow time, from 0; `Infinity` gives the limit
 */
export function loss(problem: Problem, time: number): number {
  return problem.modes.reduce((sum, mode) => sum + gap(mode, time) ** 2, unlearnableLoss(problem));
}

/** Part of the loss that no training removes: the squared singular values beyond the hidden width. */
export function unlearnableLoss(problem: Problem): number {
  return problem.unlearnable.reduce((sum, sigma) => sum + sigma ** 2, 0);
}

/**
 * Singular values `s_i(time)` of the network, one per mode, in the order of the spectrum (T0).
 *
 * @param time gradient-flow time, from 0; `Infinity` gives the limit
 */
export function singularValues(problem: Problem, time: number): number[] {
  return problem.modes.map((mode) => singularValue(mode, time));
}

/** Sum `Σ s_i(time)` of these singular values. */
export function singularValueSum(problem: Problem, time: number): number {
  return problem.modes.reduce((sum, mode) => sum + singularValue(mode, time), 0);
}

/** Number of learned modes: those with `s_i(time) > σ_i/2`. A mode with `σ = 0` has nothing to learn and is not counted. */
export function learnedModes(problem: Problem, time: number): number {
  return problem.modes.filter((mode) => mode.sigma > 0 && singularValue(mode, time) > mode.sigma / 2).length;
}
