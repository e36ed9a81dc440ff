import { describe, expect, test } from 'vitest';
import { nameOf, type Parameterization } from '../../../../src/sim/scenarios/decoupling/rules.js';
import type { TrainedCell } from '../../../../src/sim/scenarios/decoupling/study.js';
import { contests, decouplingVerdict, partsOf, transfers } from '../../../../src/sim/scenarios/decoupling/verdict.js';

const plain: Parameterization = { kind: 'plain', hasDecay: false, hasWarmup: false };
const decayed: Parameterization = { kind: 'plain', hasDecay: true, hasWarmup: false };
const apart = (gains: 'none' | 'row' | 'both'): Parameterization => ({ kind: 'decoupled', gains });

interface Outcome {
  /** Logarithms of the losses of three trainings. */
  readonly logs: readonly number[];
  /** Binary logarithm of the best rate, and by how much each training differs. */
  readonly best: number;
  /** Relative updates over the rate. */
  readonly updates: readonly number[];
}

function cell(parameterization: Parameterization, width: number, { logs, best, updates }: Outcome): TrainedCell {
  const rate = 0.1;
  return {
    optimizer: 'adam',
    parameterization,
    name: nameOf(parameterization),
    width,
    networks: logs.map((log, training) => ({
      training,
      learningRate: rate,
      layers: { first: new Float64Array(), second: new Float64Array() },
      looks: updates.map((update) => ({
        step: 1,
        rate,
        loss: Math.exp(log),
        relativeUpdate: [update * rate, update * rate] as const,
        directionUpdate: undefined,
      })),
      divergedAt: undefined,
    })),
    logLosses: new Map([
      [rate, logs],
      [1, logs.map((log) => log + 2)],
    ]),
    rate,
    bestRates: logs.map((_, training) => best + 0.01 * training),
  };
}

/** Cells of two widths in which decoupled training has these losses and best rates, and plain training 0 and a rate of width^-1. */
function cells(ours: (width: number) => Partial<Outcome>, others: Partial<Outcome> = {}): TrainedCell[] {
  const usual = { logs: [0, 0.01, -0.01], best: 0, updates: [0.9, 1.1] };
  return [
    ...[8, 32].map((width) => cell(plain, width, { ...usual, best: -Math.log2(width), updates: [0.1, 1] })),
    ...[8, 32].map((width) => cell(decayed, width, { ...usual, logs: [1, 1.01, 1.02] })),
    ...[8, 32].map((width) => cell(apart('row'), width, { ...usual, ...others })),
    ...[8, 32].map((width) => cell(apart('both'), width, { ...usual, ...ours(width) })),
  ];
}

const verdicts = (all: readonly TrainedCell[]) =>
  Object.fromEntries(partsOf(all).map(({ part, verdict }) => [part, verdict]));

describe('the verdict on decoupling', () => {
  test('agrees where decoupled training is lower, its rate stays and both gains are best', () => {
    const all = cells(() => ({ logs: [-1, -1.01, -1.02] }));
    expect(verdicts(all)).toEqual({ loss: 'agrees', gains: 'agrees', transfer: 'agrees', tracking: 'agrees' });
    const { verdict, reason } = decouplingVerdict(partsOf(all));
    expect(verdict).toBe('agrees');
    expect(reason).toContain('tuned, decoupled training ends at 0.36 (adam, width 8)');
    expect(reason).toContain('to the power 0.00 ± 0.00 decoupled and -1.00 ± 0.00 plain (adam)');
  });

  test('disagrees where it is worse in most', () => {
    const all = cells((width) => ({ logs: [1, 1.1, 1.2], best: -2 * Math.log2(width), updates: [0.001, 1] }));
    expect(verdicts(all)).toEqual({
      loss: 'disagrees',
      gains: 'disagrees',
      transfer: 'disagrees',
      tracking: 'disagrees',
    });
    expect(decouplingVerdict(partsOf(all)).verdict).toBe('disagrees');
  });

  test('counts a loss that is the same within a twentieth as a match, and gains that do not differ as open', () => {
    const same = cells(() => ({ logs: [0.002, 0.009, -0.011] }));
    expect(verdicts(same)).toMatchObject({ loss: 'agrees', gains: 'open in the linear model' });
    expect(decouplingVerdict(partsOf(same)).verdict).toBe('open in the linear model');
    const slightly = cells(() => ({ logs: [0.03, 0.041, 0.021] }));
    expect(verdicts(slightly).loss).toBe('agrees');
    const noisy = cells(() => ({ logs: [-1, 0, 1] }));
    expect(verdicts(noisy).loss).toBe('open in the linear model');
  });

  test('takes the best decoupled one where no layers have both gains', () => {
    const all = cells(() => ({})).filter(({ name }) => name !== 'decoupled, gains both');
    expect(contests(all).map(({ decoupled }) => decoupled.name)).toEqual([
      'decoupled, gains row',
      'decoupled, gains row',
    ]);
    expect(verdicts(all).gains).toBe('open in the linear model');
    expect(partsOf(all)[1]).toMatchObject({ agreeing: 0, contradicting: 0, undecided: 0 });
  });

  test('compares with the best plain one', () => {
    const all = cells(() => ({}));
    expect(contests(all).map(({ plain: best }) => best.name)).toEqual(['plain', 'plain']);
  });
});

test('transfer is a slope in octaves, and a loss at the rate of the smallest width', () => {
  const wide = cells(() => ({})).map((one) => (one.width === 32 ? { ...one, rate: 1 } : one));
  const plainOnes = transfers(wide).find(({ name }) => name === 'plain')!;
  expect(plainOnes.exponent.mean).toBeCloseTo(-1, 12);
  // The widest at 0.1 against itself at 1, where it was told to be best: two less.
  expect(plainOnes.cost.mean).toBeCloseTo(-2, 12);
  expect(transfers(wide.filter(({ width }) => width === 8))).toEqual([]);
});
