import {
  bootstrapIntervals,
  explainedShare,
  type FittedLaw,
  fitLaw,
  formulaParameters,
} from '../../sim/scaling/fit-law.js';
import type { ScalingLaw, ScalingPoint } from '../../sim/scaling/laws.js';
import { InvalidInputError } from '../../theory/invalid-input.js';
import type { LossTable } from './read-losses.js';

/** What is fitted to which points, and how often a bootstrap fits it again. */
export interface FitRequest {
  readonly laws: readonly ScalingLaw[];
  readonly fitSize: number;
  readonly fitData: number;
  readonly resamples: number;
  readonly seed: number;
}

/** A law as it was fitted to one level of noise. */
export interface FitRecord {
  readonly law: string;
  readonly formula: string;
  readonly noise: number | null;
  readonly points: number;
  readonly held_out: number;
  /** R² of ln loss on the points that were fitted; null where all losses are the same. */
  readonly r_squared: number | null;
  readonly r_squared_held_out: number | null;
  readonly parameters: readonly { name: string; value: number; low: number; high: number }[];
}

/** The document of `overtrain fit --json`. */
export interface FitDocument {
  readonly schema: 1;
  readonly file: string;
  readonly seed: number;
  readonly resamples: number;
  readonly fits: readonly FitRecord[];
  /** R² of ln loss on all levels of noise together, each with its own fit. */
  readonly pooled: readonly {
    readonly law: string;
    readonly r_squared: number | null;
    readonly r_squared_held_out: number | null;
  }[];
}

/**
 * Fits every law to every level of noise.
 *
 * @param turn awaited between fits, for the event loop
 * @throws InvalidInputError where a level has fewer points than a law needs
 */
export async function fitDocument(
  file: string,
  tables: readonly LossTable[],
  request: FitRequest,
  turn: () => Promise<void>,
): Promise<FitDocument> {
  const { laws, fitSize, fitData, resamples, seed } = request;
  const split = tables.map(({ noise, points }) => {
    const isInside = ({ size, data }: ScalingPoint) => size <= fitSize && data <= fitData;
    return { noise, inside: points.filter(isInside), outside: points.filter((point) => !isInside(point)) };
  });
  for (const { noise, inside } of split) {
    for (const law of laws) requireEnough(law, inside, noise);
  }
  const fits: FitRecord[] = [];
  const pooled: FitDocument['pooled'][number][] = [];
  for (const law of laws) {
    const all: { fit: FittedLaw; inside: readonly ScalingPoint[]; outside: readonly ScalingPoint[] }[] = [];
    for (const { noise, inside, outside } of split) {
      await turn();
      const fit = fitLaw(law, inside);
      all.push({ fit, inside, outside });
      const intervals = await bootstrapIntervals(fit, inside, resamples, seed, turn);
      const values = formulaParameters(fit);
      fits.push({
        law: law.name,
        formula: law.formula,
        noise,
        points: inside.length,
        held_out: outside.length,
        r_squared: explainedShare([{ fit, points: inside }]),
        r_squared_held_out: explainedShare([{ fit, points: outside }]),
        parameters: law.parameters.map(({ name }, at) => ({ name, value: values[at]!, ...intervals[at]! })),
      });
    }
    pooled.push({
      law: law.name,
      r_squared: explainedShare(all.map(({ fit, inside }) => ({ fit, points: inside }))),
      r_squared_held_out: explainedShare(all.map(({ fit, outside }) => ({ fit, points: outside }))),
    });
  }
  return { schema: 1, file, seed, resamples, fits, pooled };
}

function requireEnough(law: ScalingLaw, points: readonly ScalingPoint[], noise: number | null): void {
  const needed = law.parameters.length;
  const distinct = new Set(points.map(({ size, data }) => `${size} ${data}`)).size;
  if (distinct > needed) return;
  const where = noise === null ? '' : ` at noise ${noise}`;
  throw new InvalidInputError(
    'file',
    `${distinct} places`,
    `more than ${needed} different places (N, D) to fit the ${law.name} law${where}, one more than it has parameters`,
  );
}
