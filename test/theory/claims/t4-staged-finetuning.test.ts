import { describe, expect, test } from 'vitest';
import { concludes, evaluate } from '../../../src/theory/claims/engine/claim.js';
import { forgetting, overshootInflection, stagedFineTuning } from '../../../src/theory/claims/t4-staged-finetuning.js';
import { testClaim } from '../../../src/vitest.js';
import { counterexampleWithout, hypothesisVerdicts } from '../../support/hypothesis-verdicts.js';
import { samples } from '../../support/sample-size.js';

const base = { learned: 1, extraRows: 0, extraCols: 0, beyond: 0 };

describe('T4', () => {
  testClaim(stagedFineTuning, { runs: samples(30), seed: 2 });

  test('needs overshoot, from one mode on', () => {
    expect(hypothesisVerdicts(stagedFineTuning)).toEqual({ overshoot: 'needed', 'no return': 'needed' });
    const { modes } = counterexampleWithout(stagedFineTuning, 'overshoot');
    expect(modes.every(({ sigma, target }) => target <= 2 * sigma)).toBe(true);
  });

  test('twice σ exactly is no overshoot', () => {
    const modes = [
      { sigma: 3, target: 6 },
      { sigma: 2, target: 4 },
    ];
    expect(stagedFineTuning.hypotheses[0]!.holds({ ...base, modes })).toBe(false);
    const turning = [...modes, { sigma: 1, target: 2.0000001 }];
    expect(concludes(evaluate(stagedFineTuning, { ...base, modes: turning }))).toBe(true);
  });

  test('holds where every mode overshoots, and where one is erased', () => {
    const modes = [
      { sigma: 1, target: 3 },
      { sigma: 0.5, target: 50 },
    ];
    expect(concludes(evaluate(stagedFineTuning, { ...base, modes }))).toBe(true);
    expect(concludes(evaluate(stagedFineTuning, { ...base, modes: [{ sigma: 2, target: 0 }, ...modes] }))).toBe(true);
  });
});

const named = { spectrum: 'power' as const, exponent: 1, values: [1, 1, 1, 1], task: 'overshoot' as const, kept: 2 };

describe('T4-overshoot', () => {
  testClaim(overshootInflection, { runs: samples(30), seed: 2 });

  test('needs nothing', () => {
    expect(overshootInflection.hypotheses).toEqual([]);
  });

  test('holds at the threshold itself', () => {
    for (const pull of [0, 1, 2.5]) {
      expect(concludes(evaluate(overshootInflection, { ...named, factor: 2 + pull, pull }))).toBe(true);
    }
  });

  test('holds where modes are erased, with a pull and without', () => {
    for (const pull of [0, 0.5]) {
      const instance = { ...named, task: 'erase' as const, factor: 1, pull };
      expect(concludes(evaluate(overshootInflection, instance))).toBe(true);
    }
  });
});

const checkpoint = { extraRows: 0, extraCols: 0, beyond: 0, share: 1 };

describe('T4-forgetting', () => {
  testClaim(forgetting, { runs: samples(30), seed: 2 });

  test('needs fully learned modes', () => {
    expect(hypothesisVerdicts(forgetting)).toEqual({ 'fully learned': 'needed' });
    expect(counterexampleWithout(forgetting, 'fully learned').share).not.toBe(1);
  });

  test('holds where fine-tuning changes nothing, or does not begin', () => {
    const modes = [
      { sigma: 2, target: 2 },
      { sigma: 1, target: 5 },
    ];
    for (const time of [0, 1, 'limit'] as const) {
      const instance = { ...checkpoint, modes, learned: 2, pull: 1, time };
      expect(concludes(evaluate(forgetting, instance))).toBe(true);
    }
  });
});
