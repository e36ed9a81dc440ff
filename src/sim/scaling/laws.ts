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
  /** Parameters to start a fit from, for N and D of which 1 is the middle. @param level `ln L` there */
  starts(level: number): readonly (readonly number[])[];
  /**
   * The same law in other units: from parameters for `N/N₀` and `D/D₀` to those for N and D.
   *
   * @param logSizeUnit `ln N₀`
   * @param logDataUnit `ln D₀`
   */
  inUnits(parameters: readonly number[], logSizeUnit: number, logDataUnit: number): number[];
}

export function combinations(lists: readonly (readonly number[])[]): number[][] {
  return lists.reduce<number[][]>(
    (found, list) => found.flatMap((left) => list.map((value) => [...left, value])),
    [[]],
  );
}

const NAMES = ['a', 'alpha', 'beta', 'c', 'gamma', 'd', 'delta', 'e'] as const;
const EXPONENTS: ReadonlySet<string> = new Set(['alpha', 'beta', 'gamma', 'delta']);

/** `ln C` for a = 1 where signal and the three kinds of noise are alike. */
const STARTING_CAPACITY = -Math.log(Math.log2(4 / 3));

/**
 * The law of arXiv 2605.23901: the loss is one over the capacity of a channel with bandwidth `aN^α`, signal `D^β` and noise
 * `c(DN)^γ + dD^δ + e`.
 *
 * The paper's law has a factor b on the signal. Only the ratio of signal to noise counts, so that b cannot be found from any data
 * beside c, d and e; it is 1 here.
 */
export const shannonLaw: ScalingLaw = {
  name: 'shannon',
  formula: 'L = 1/C, C = a N^alpha log2(1 + D^beta/(c (DN)^gamma + d D^delta + e))',
  parameters: NAMES.map((name) => ({ name, kind: EXPONENTS.has(name) ? 'exponent' : 'coefficient' })),
  starts: (level) =>
    combinations([[STARTING_CAPACITY - level], [0.2, 0.8], [0.7, 2], [0], [0.3, 1.2], [0], [0.3, 1.2], [0]]),
  logLoss([a, alpha, beta, c, gamma, d, delta, e], logSize, logData) {
    const both = logSize + logData;
    const [logJoint, logOwn, logConstant] = [c! + gamma! * both, d! + delta! * logData, e!];
    const most = Math.max(logJoint, logOwn, logConstant);
    const joint = Math.exp(logJoint - most);
    const own = Math.exp(logOwn - most);
    const constant = Math.exp(logConstant - most);
    const sum = joint + own + constant;
    const logRatio = beta! * logData - most - Math.log(sum);
    const { log, slope } = logCapacity(logRatio);
    const [byJoint, byOwn] = [(slope * joint) / sum, (slope * own) / sum];
    return {
      value: -a! - alpha! * logSize - log + Math.log(Math.LN2),
      gradient: [
        -1,
        -logSize,
        -slope * logData,
        byJoint,
        byJoint * both,
        byOwn,
        byOwn * logData,
        (slope * constant) / sum,
      ],
    };
  },
  inUnits([a, alpha, beta, c, gamma, d, delta, e], logSizeUnit, logDataUnit) {
    const signal = beta! * logDataUnit;
    return [
      a! - alpha! * logSizeUnit,
      alpha!,
      beta!,
      c! - gamma! * (logSizeUnit + logDataUnit) + signal,
      gamma!,
      d! - delta! * logDataUnit + signal,
      delta!,
      e! + signal,
    ];
  },
};

/** Below this, `ln(1 + x)` is x to the last bit. */
const FAINT = -40;
/** Above this, `1 + x` is x to the last bit. */
const LOUD = 40;

/** `ln ln(1 + x)` for `x = e^logRatio`, and its derivative by logRatio. */
function logCapacity(logRatio: number): { log: number; slope: number } {
  if (logRatio < FAINT) return { log: logRatio, slope: 1 };
  if (logRatio > LOUD) return { log: Math.log(logRatio), slope: 1 / logRatio };
  const ratio = Math.exp(logRatio);
  const capacity = Math.log1p(ratio);
  return { log: Math.log(capacity), slope: ratio / (1 + ratio) / capacity };
}

/** A power of N or of D in a term; falling is a negative power. */
interface Power {
  readonly exponent: string;
  readonly falls: boolean;
}

/** A term `coefficient · N^±… · D^±…` of a law. */
interface Term {
  readonly coefficient: string;
  readonly size?: Power;
  readonly data?: Power;
}

const START_EXPONENTS = [0.3, 1] as const;

/** Where a term has its parameters: its coefficient, then the exponent of N and that of D, as far as it has them. */
interface Place {
  readonly first: number;
  readonly dataAt: number;
  /** 1, −1 where the term falls, 0 without this power. */
  readonly sizeSign: number;
  readonly dataSign: number;
}

function placesOf(terms: readonly Term[]): Place[] {
  const signOf = (power: Power | undefined) => (power === undefined ? 0 : power.falls ? -1 : 1);
  let next = 0;
  return terms.map(({ size, data }) => {
    const first = next;
    const dataAt = first + (size === undefined ? 1 : 2);
    next = dataAt + (data === undefined ? 0 : 1);
    return { first, dataAt, sizeSign: signOf(size), dataSign: signOf(data) };
  });
}

/** A law that is a sum of terms, each a coefficient times powers of N and D. */
function powerSumLaw(name: string, formula: string, terms: readonly Term[]): ScalingLaw {
  const powersOf = ({ size, data }: Term) => [size, data].filter((power) => power !== undefined);
  const parameters = terms.flatMap((term): LawParameter[] => [
    { name: term.coefficient, kind: 'coefficient' },
    ...powersOf(term).map(({ exponent }): LawParameter => ({ name: exponent, kind: 'exponent' })),
  ]);
  const places = placesOf(terms);
  const choices = (level: number) =>
    combinations(parameters.map(({ kind }) => (kind === 'exponent' ? START_EXPONENTS : [level])));
  return {
    name,
    formula,
    parameters,
    starts: (level) => choices(level - Math.log(terms.length)),
    // In loops over arrays, since a fit asks for this millions of times.
    logLoss(values, logSize, logData): LogLoss {
      const shares = new Array<number>(places.length);
      let most = -Infinity;
      for (let term = 0; term < places.length; term += 1) {
        const { first, sizeSign, dataSign, dataAt } = places[term]!;
        let log = values[first]!;
        if (sizeSign !== 0) log += sizeSign * values[first + 1]! * logSize;
        if (dataSign !== 0) log += dataSign * values[dataAt]! * logData;
        shares[term] = log;
        most = Math.max(most, log);
      }
      let sum = 0;
      for (let term = 0; term < places.length; term += 1) {
        const share = Math.exp(shares[term]! - most);
        shares[term] = share;
        sum += share;
      }
      const gradient = new Array<number>(parameters.length);
      for (let term = 0; term < places.length; term += 1) {
        const { first, sizeSign, dataSign, dataAt } = places[term]!;
        const share = shares[term]! / sum;
        gradient[first] = share;
        if (sizeSign !== 0) gradient[first + 1] = sizeSign * share * logSize;
        if (dataSign !== 0) gradient[dataAt] = dataSign * share * logData;
      }
      return { value: most + Math.log(sum), gradient };
    },
    inUnits(values, logSizeUnit, logDataUnit) {
      let at = 0;
      return terms.flatMap(({ size, data }) => {
        const first = at++;
        const powers: number[] = [];
        let log = values[first]!;
        for (const [power, unit] of [
          [size, logSizeUnit],
          [data, logDataUnit],
        ] as const) {
          if (power === undefined) continue;
          const exponent = values[at++]!;
          log -= (power.falls ? -1 : 1) * exponent * unit;
          powers.push(exponent);
        }
        return [log, ...powers];
      });
    },
  };
}

/** The law of Hoffmann et al. 2022: falls with size and with data, whatever its parameters. */
export const chinchillaLaw = powerSumLaw('chinchilla', 'L = E + A/N^alpha + B/D^beta', [
  { coefficient: 'E' },
  { coefficient: 'A', size: { exponent: 'alpha', falls: true } },
  { coefficient: 'B', data: { exponent: 'beta', falls: true } },
]);

/**
 * A Chinchilla law with the cost of noise on the weights, which by T8 is `(Σs)²/h` times a factor: it rises with what was learned
 * and falls with width.
 */
export const perturbedLaw = powerSumLaw('perturbed-power', 'L = E + A/N^alpha + B/D^beta + G D^delta/N^gamma', [
  { coefficient: 'E' },
  { coefficient: 'A', size: { exponent: 'alpha', falls: true } },
  { coefficient: 'B', data: { exponent: 'beta', falls: true } },
  { coefficient: 'G', size: { exponent: 'gamma', falls: true }, data: { exponent: 'delta', falls: false } },
]);

/** All laws that can be fitted. */
export const scalingLaws: readonly ScalingLaw[] = [shannonLaw, chinchillaLaw, perturbedLaw];
