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

/** A law that is a sum of terms, each a coefficient times powers of N and D. */
function powerSumLaw(name: string, formula: string, terms: readonly Term[]): ScalingLaw {
  const powersOf = ({ size, data }: Term) => [size, data].filter((power) => power !== undefined);
  const parameters = terms.flatMap((term): LawParameter[] => [
    { name: term.coefficient, kind: 'coefficient' },
    ...powersOf(term).map(({ exponent }): LawParameter => ({ name: exponent, kind: 'exponent' })),
  ]);
  const choices = (level: number) =>
    combinations(parameters.map(({ kind }) => (kind === 'exponent' ? START_EXPONENTS : [level])));
  return {
    name,
    formula,
    parameters,
    starts: (level) => choices(level - Math.log(terms.length)),
    logLoss(values, logSize, logData): LogLoss {
      let at = 0;
      const logs = terms.map(({ size, data }) => {
        let log = values[at++]!;
        if (size !== undefined) log += (size.falls ? -1 : 1) * values[at++]! * logSize;
        if (data !== undefined) log += (data.falls ? -1 : 1) * values[at++]! * logData;
        return log;
      });
      const most = Math.max(...logs);
      const shares = logs.map((log) => Math.exp(log - most));
      const sum = shares.reduce((total, share) => total + share, 0);
      const gradient = terms.flatMap(({ size, data }, term) => {
        const share = shares[term]! / sum;
        return [
          share,
          ...(size === undefined ? [] : [(size.falls ? -1 : 1) * share * logSize]),
          ...(data === undefined ? [] : [(data.falls ? -1 : 1) * share * logData]),
        ];
      });
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
