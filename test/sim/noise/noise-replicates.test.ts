import { fc, test } from '@fast-check/vitest';
import { describe, expect } from 'vitest';
import type { NoiseBatch } from '../../../src/sim/backends/backend.js';
import { fillGaussian } from '../../../src/sim/backends/random.js';
import { NoiseReplicates } from '../../../src/sim/noise/excess.js';
import { bytesPerReplicate } from '../../../src/sim/scenario/memory.js';

const shape = { rows: 2, hidden: 3, cols: 4 };
const bytes = bytesPerReplicate(shape);

function joined(batches: readonly NoiseBatch[]) {
  return {
    first: batches.flatMap(({ first }) => Array.from(first)),
    second: batches.flatMap(({ second }) => Array.from(second)),
  };
}

describe('noise replicates', () => {
  test('replicate r is stream r: the noise of W1 first, then that of W2', () => {
    const [batch] = [...new NoiseReplicates(shape, 5, 7).batches()];
    expect(batch!.replicates).toBe(5);
    for (let replicate = 0; replicate < 5; replicate++) {
      const stream = new Float64Array(6 + 12);
      fillGaussian(stream, 7, 'perturbation', replicate);
      expect(batch!.first.slice(6 * replicate, 6 * replicate + 6)).toEqual(stream.slice(0, 6));
      expect(batch!.second.slice(12 * replicate, 12 * replicate + 12)).toEqual(stream.slice(6));
    }
  });

  test.prop([fc.integer({ min: 1, max: 40 }), fc.integer({ min: 0, max: 41 }), fc.maxSafeNat()])(
    'gives the same noise whatever the batches',
    (replicates, perBatch, seed) => {
      const batches = [...new NoiseReplicates(shape, replicates, seed, perBatch * bytes).batches()];
      const whole = [...new NoiseReplicates(shape, replicates, seed).batches()];
      expect(whole.length).toBe(1);
      expect(joined(batches)).toEqual(joined(whole));
      expect(batches.length).toBe(Math.ceil(replicates / Math.max(1, Math.min(perBatch, replicates))));
      expect(batches.every((batch) => batch.replicates <= Math.max(1, perBatch))).toBe(true);
    },
  );

  test('draws a study of one batch once, and a longer one again without change', () => {
    const short = new NoiseReplicates(shape, 3, 1);
    expect([...short.batches()][0]).toBe([...short.batches()][0]);
    const long = new NoiseReplicates(shape, 3, 1, bytes);
    expect(joined([...long.batches()])).toEqual(joined([...long.batches()]));
  });

  test('differs between seeds', () => {
    const [one, other] = [1, 2].map((seed) => joined([...new NoiseReplicates(shape, 2, seed).batches()]));
    expect(one).not.toEqual(other);
  });
});
