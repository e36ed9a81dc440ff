import { describe, expect, test } from 'vitest';
import { type ReplaySummary, summaryOf } from '../../../../src/sim/scenarios/replay/columns.js';
import type { ReplayMethod, ReplaySetting, Sweep } from '../../../../src/sim/scenarios/replay/replay-runs.js';
import { replayVerdict } from '../../../../src/sim/scenarios/replay/verdict.js';

const KEYS = { 'pre-training': 'time', width: 'hidden', rate: 'rate', replay: 'replay' } as const;

/** A curve with the forgetting of two trainings at each of its points. */
function curve(sweep: Sweep, method: ReplayMethod, values: Record<number, number>, hidden = 7): ReplaySummary[] {
  return Object.entries(values).map(([at, forgetting]) => {
    const common = { sweep, method, time: 1, hidden, rate: 1, replay: 1 };
    const setting = { ...common, [KEYS[sweep]]: Number(at) } as ReplaySetting;
    const outcomes = [0.99, 1.01].map((factor) => ({
      learned: 1,
      lossBefore: 0,
      lossOld: factor * forgetting,
      lossNew: 0.1,
      steps: 10,
      floor: 0,
    }));
    return summaryOf({ setting, outcomes });
  });
}

const published = {
  length: curve('pre-training', 'none', { 1: 0.1, 2: 0.5 }),
  roomy: curve('pre-training', 'none', { 1: 0.1, 2: 0.2 }, 12),
  width: curve('width', 'none', { 6: 1, 12: 0.1 }),
  replayed: curve('width', 'self-generated', { 6: 0.5, 12: 0.001 }),
  rate: curve('rate', 'none', { 0.01: 0.5, 0.02: 0.501 }),
  truth: curve('replay', 'true-data', { 0: 0.5, 1: 0.2 }),
  own: curve('replay', 'self-generated', { 0: 0.5, 1: 0.2 }),
};
const verdictOf = (changes: Partial<typeof published>) =>
  replayVerdict(Object.values({ ...published, ...changes }).flat(), 7, 12);

describe('the verdict on replay', () => {
  test('agrees where all is as published', () => {
    expect(verdictOf({}).verdict).toBe('agrees');
    expect(verdictOf({}).reason).toContain('self-generated replay leaves 1 % of it at width 12 and 50 %');
  });

  test.each([
    ['length', curve('pre-training', 'none', { 1: 0.5, 2: 0.1 })],
    ['width', curve('width', 'none', { 6: 0.1, 12: 1 })],
    ['replayed', curve('width', 'self-generated', { 6: 0.5, 12: 0.05 })],
    ['rate', curve('rate', 'none', { 0.01: 0.3, 0.02: 0.5 })],
    ['truth', curve('replay', 'true-data', { 0: 0.2, 1: 0.5 })],
    ['own', curve('replay', 'self-generated', { 0: 0.5, 0.5: 0.1, 1: 0.2 })],
  ] as const)('is open, and says so, where %s is not', (name, changed) => {
    const { verdict, reason } = verdictOf({ [name]: changed });
    expect(verdict).toBe('open in the linear model');
    expect(reason).toContain('(not as published)');
  });

  test('is open where a curve is missing, and disagrees where nothing is as published', () => {
    expect(verdictOf({ rate: [] }).verdict).toBe('open in the linear model');
    const opposite = verdictOf({
      length: curve('pre-training', 'none', { 1: 0.5, 2: 0.1 }),
      width: curve('width', 'none', { 6: 0.1, 12: 1 }),
      replayed: curve('width', 'self-generated', { 6: 0.1, 12: 1 }),
      rate: curve('rate', 'none', { 0.01: 0.3, 0.02: 0.5 }),
      truth: curve('replay', 'true-data', { 0: 0.2, 1: 0.5 }),
    });
    expect(opposite.verdict).toBe('disagrees');
  });
});
