import { combinations, type LawParameter, type LogLoss, type ScalingLaw } from './scaling-law.js';

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
export const perturbedLaw = powerSumLaw(
  'perturbed-power',
  'L = E + A/N^alpha + B/D^beta + G D^delta/N^gamma',
  [
    { coefficient: 'E' },
    { coefficient: 'A', size: { exponent: 'alpha', falls: true } },
    { coefficient: 'B', data: { exponent: 'beta', falls: true } },
    { coefficient: 'G', size: { exponent: 'gamma', falls: true }, data: { exponent: 'delta', falls: false } },
  ],
);
