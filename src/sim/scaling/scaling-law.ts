/** A loss at a size N and a length of training D. */
export interface ScalingPoint {
  /** N: parameters, or width; above 0. */
  readonly size: number;
  /** D: tokens, or time; above 0. */
  readonly data: number;
  /** Above 0. */
  readonly loss: number;
}

/** A parameter of a law. A coefficient is above 0 and fitted by its logarithm; an exponent is fitted as it is, from 0. */
export interface LawParameter {
  readonly name: string;
  readonly kind: 'coefficient' | 'exponent';
}

/** `ln L` at a point and its derivatives by the fitted parameters (logarithms of coefficients, exponents). */
export interface LogLoss {
  readonly value: number;
  readonly gradient: readonly number[];
}

/** A law `L(N, D)`, as it is fitted: to `ln L`, in the logarithms of N and D. */
export interface ScalingLaw {
  readonly name: string;
  /** The formula in plain text. */
  readonly formula: string;
  readonly parameters: readonly LawParameter[];
  /**
   * @param parameters logarithms of coefficients, and exponents, in the order of `parameters`
   * @param logSize `ln N`
   * @param logData `ln D`
   */
  logLoss(parameters: readonly number[], logSize: number, logData: number): LogLoss;
  /**
   * Parameters to start a fit from, for N and D of which 1 is the middle.
   *
   * @param level `ln L` there
   */
  starts(level: number): readonly (readonly number[])[];
  /**
   * The same law in other units: from parameters for `N/N₀` and `D/D₀` to those for N and D.
   *
   * @param logSizeUnit `ln N₀`
   * @param logDataUnit `ln D₀`
   */
  inUnits(parameters: readonly number[], logSizeUnit: number, logDataUnit: number): number[];
}

/** Every combination of one value from each list. */
export function combinations(lists: readonly (readonly number[])[]): number[][] {
  return lists.reduce<number[][]>(
    (found, list) => found.flatMap((left) => list.map((value) => [...left, value])),
    [[]],
  );
}
