import { Matrix } from 'ml-matrix';
import { describe, expect, test } from 'vitest';
import {
  drawSources,
  measureNetwork,
  type NexusOutcome,
  type NexusSeries,
} from '../../../../src/sim/scenarios/nexus/nexus-runs.js';
import { checkSourceCoverage } from '../../../../src/sim/scenarios/nexus/verdict.js';
import { gaussianMatrix, seededRandom } from '../../../support/random-matrices.js';

const data = drawSources({ dim: 4, sources: 3, rank: 2, overlap: 1 }, 5, 0);
const random = seededRandom(3);
const layers = { first: draw(), second: draw() };
const found = measureNetwork(layers, data, Matrix.eye(4));
const seen = { cosine: 0, alignment: 1, settled: found, lossFt: 0, forgetting: 0 };
const outcome: NexusOutcome = { ...found, ...seen, steps: 1 };
const series = (one: NexusOutcome | undefined): NexusSeries => ({
  optimizer: 'adam',
  innerStep: null,
  norms: [{ sources: 6, heldOut: 2, tuning: 1 }],
  outcomes: [[one]],
  rate: 0.1,
  diverged: undefined,
});

function draw(): Float64Array {
  return Float64Array.from(gaussianMatrix(4, 4, random).to1DArray());
}

describe('T0-coverage of a run', () => {
  test('holds on networks as they are', () => {
    expect(checkSourceCoverage([series(outcome)], [data]).verdict).toBe('holds');
  });

  test.each([
    ['spread', { spread: found.spread * (1 + 1e-6) }],
    ['coverage', { coverage: found.coverage * (1 + 1e-6) }],
    ['held-out loss above its bracket', { heldOut: found.heldOutMost * (1 + 1e-6) }],
    ['held-out loss below its bracket', { heldOutLeast: found.heldOut * (1 + 1e-6) }],
    ['spread above what any network has', { spread: 1.001 * found.loss, coverage: -0.003 }],
    ['a settled network', { settled: { ...found, spread: 0 } }],
  ])('fails on a wrong %s', (_, wrong) => {
    expect(checkSourceCoverage([series({ ...outcome, ...wrong })], [data]).verdict).toBe('fails');
  });

  test('does not apply where no network came to a loss', () => {
    expect(checkSourceCoverage([series(undefined)], [data]).verdict).toBe('not-applicable');
  });
});
