import { describe, expect, test } from 'vitest';
import { checkFlowLimit, type FlowError, flowErrors } from '../../../../src/sim/scenarios/schedules/convergence.js';
import { schedulePlan } from '../../../../src/sim/scenarios/schedules/rates.js';
import { scheduleNames } from '../../../../src/theory/descent.js';
import { createProblem } from '../../../../src/theory/problem.js';
import { some } from '../../../support/sample-size.js';

const problem = createProblem({ dim: 3, spectrum: [2, 1, 0.5], tau: 3 });
const times = [0.5, 1, 2, 4, 8];

describe('flowErrors', () => {
  test.each(scheduleNames)('is the distance of a written-out recurrence from the flow, %s', (name) => {
    const errors = flowErrors(problem, { name }, times);
    expect(errors.length).toBe(5);
    expect(errors[0]!.rate).toBeLessThanOrEqual(1 / 16);
    const coarsest = schedulePlan({ name }, times, 1 / 16);
    let worst = 0;
    for (const sigma of [2, 1, 0.5]) {
      let factor = Math.exp(-3);
      coarsest.recordings.forEach(({ segments, snapshotRate, time }) => {
        for (const { rate } of segments) factor -= 2 * rate * factor * (factor ** 2 - sigma);
        const seen = factor - 2 * snapshotRate * factor * (factor ** 2 - sigma);
        const flow = sigma / (1 + (sigma / Math.exp(-6) - 1) * Math.exp(-4 * sigma * time));
        worst = Math.max(worst, Math.abs(seen ** 2 - flow));
      });
    }
    expect(Math.abs(errors[0]!.error / worst - 1)).toBeLessThan(1e-9);
    errors.slice(1).forEach(({ error, order, rate }, index) => {
      const before = errors[index]!;
      expect(rate).toBeLessThan(0.51 * before.rate);
      expect(order).toBeCloseTo(Math.log(before.error / error) / Math.log(before.rate / rate), 12);
    });
    expect(Math.abs(errors.at(-1)!.order! - 1)).toBeLessThan(0.1);
  });

  const slow = createProblem({ dim: 256, spectrum: 'power:1', tau: 3 });

  // The most steps that are made take seconds; a constant schedule comes to the same decision with half of them.
  test.each(
    some(
      [
        ['constant', 2.6e4, 1],
        ['cosine', 2e4, 2],
      ] as const,
      1,
    ),
  )('makes fewer halvings where they would take too long: %s to %d', (name, end, count) => {
    expect(flowErrors(slow, { name }, [1, end])).toHaveLength(count);
  });

  test('makes no steps where even the coarsest would take too long', () => {
    expect(flowErrors(slow, { name: 'cosine' }, [1, 1e7])).toEqual([]);
  });
});

describe('checkFlowLimit', () => {
  const studies = scheduleNames.map((name) => flowErrors(problem, { name }, times));
  const tampered = (change: (error: FlowError) => FlowError) =>
    checkFlowLimit(studies.map((errors) => errors.map(change)));

  test('holds for descent as it is', () => {
    expect(checkFlowLimit(studies)).toMatchObject({ claim: 'T9', verdict: 'holds' });
  });

  test('fails where a mode is beyond its bound', () => {
    expect(tampered((error) => ({ ...error, share: 20 * error.share })).verdict).toBe('fails');
  });

  test('fails where the order of convergence is one half, two, or no number', () => {
    for (const order of [0.5, 2, Number.NaN]) {
      expect(tampered((error) => ({ ...error, order })).verdict).toBe('fails');
    }
  });

  test('says nothing where nothing was studied', () => {
    expect(checkFlowLimit([[], []]).verdict).toBe('not-applicable');
  });
});
