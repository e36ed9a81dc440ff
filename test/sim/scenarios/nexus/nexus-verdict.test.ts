import { describe, expect, test } from 'vitest';
import { type NexusChange, nexusVerdict } from '../../../../src/sim/scenarios/nexus/verdict.js';

const clear = (mean: number) => ({ mean, standardError: 0.01 });
const change = (spread: number, heldOut: number, more: Partial<NexusChange> = {}): NexusChange => ({
  optimizer: 'adam',
  innerStep: 0.1,
  goal: 0,
  pairs: 4,
  trainings: 4,
  cosine: clear(0),
  spread: clear(spread),
  heldOut: clear(heldOut),
  settledSpread: clear(0),
  settledHeldOut: undefined,
  lossFt: undefined,
  forgetting: undefined,
  ...more,
});

describe('verdict on nexus', () => {
  test('agrees where both are clearly less in most settings and never more', () => {
    const changes = [change(-0.1, -0.1), change(-0.1, -0.1), change(-0.02, 0.02)];
    const { verdict, reason } = nexusVerdict(changes);
    expect(verdict).toBe('agrees');
    expect(reason).toContain('nearer to each other by an inner loop in 2 of 3 settings and farther in 0');
    expect(reason).toContain('the held-out loss is lower in 2 of 3 settings and higher in 0');
    expect(nexusVerdict([...changes, change(-0.1, 0.1)]).verdict).toBe('open in the linear model');
  });

  test('disagrees where one is more often more than less', () => {
    expect(nexusVerdict([change(-0.1, 0.1)]).verdict).toBe('disagrees');
    expect(nexusVerdict([change(0.1, -0.1)]).verdict).toBe('disagrees');
    expect(nexusVerdict([change(-0.1, 0.03)]).verdict).toBe('open in the linear model');
    expect(nexusVerdict([change(-0.1, 0.031)]).verdict).toBe('disagrees');
  });

  test('counts settings that all trainings reached with an inner step, and says the others apart', () => {
    const parallel = change(0.1, 0.1, { innerStep: 0 });
    const { verdict, reason } = nexusVerdict([change(-0.1, -0.1), parallel, change(0.1, 0.1, { pairs: 3 })]);
    expect(verdict).toBe('agrees');
    expect(reason).toContain('without an inner path the minimisers are nearer in 0 of 1 settings and farther in 1');
    for (const changes of [[], [parallel], [change(-1, -1, { pairs: 1, trainings: 1 })]]) {
      expect(nexusVerdict(changes)).toMatchObject({ verdict: 'open in the linear model' });
      expect(nexusVerdict(changes).reason).toContain('no summed loss of the run was reached');
    }
  });
});
