import * as fc from 'fast-check';
import { decades } from './arbitraries.js';
import type { Hypothesis } from './claim.js';

/** How the noise of the weights is drawn, in units of the noise scale `γ` of each weight's layer. */
export interface NoiseModel {
  /** `independent`, or one fair sign for all weights of the network: still of variance `γ²` each, but in step. */
  readonly draw: 'independent' | 'in step';
  /** Mean of the noise, in units of `γ`. */
  readonly mean: number;
}

/** Mostly independent noise of mean zero. */
export const noiseModel: fc.Arbitrary<NoiseModel> = fc.record({
  draw: fc.oneof(
    { weight: 10, arbitrary: fc.constant('independent' as const) },
    { weight: 1, arbitrary: fc.constant('in step' as const) },
  ),
  mean: fc.oneof({ weight: 10, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: decades(-1, 0.5) }),
});

/** Whether a plain value is a noise model. */
export function isNoiseModel({ draw, mean }: NoiseModel): boolean {
  return (draw === 'independent' || draw === 'in step') && Number.isFinite(mean);
}

/** What T1 asks of the noise: two of its moments, not its shape. */
export function noiseHypotheses<Case extends { readonly noise: NoiseModel }>(): readonly Hypothesis<Case>[] {
  return [
    {
      name: 'independent',
      statement: 'the noise of each weight is independent of that of the others',
      holds: ({ noise }) => noise.draw === 'independent',
    },
    {
      name: 'centred',
      statement: 'the noise of each weight has mean zero',
      holds: ({ noise }) => noise.mean === 0,
    },
  ];
}
