import { fc, test } from '@fast-check/vitest';
import { Matrix } from 'ml-matrix';
import { describe, expect } from 'vitest';
import {
  alignByFlow,
  effectiveSpeed,
  effectiveTask,
  effectiveValue,
  type FineTuning,
  fineTune,
  fineTuneMode,
  isPastAThird,
  liesBetween,
  regularizationFloor,
} from '../../src/theory/finetuning.js';
import { singularValue } from '../../src/theory/mode.js';
import { createProblem } from '../../src/theory/problem.js';
import { descendWeights } from '../../src/theory/rotated-finetuning.js';
import { squaredNorm } from '../../src/theory/sensitivity.js';
import { integrate } from '../support/integrate.js';
import { gaussianMatrix, orthonormalColumns, seededRandom } from '../support/random-matrices.js';
import { textbookValue } from '../support/textbook.js';

const seeds = fc.integer({ min: 0, max: 2 ** 31 });
const strongPulls = fc.oneof(fc.constant(0), fc.double({ min: 0, max: 50, noNaN: true }));

describe('effectiveTask', () => {
  test.prop([seeds, strongPulls])('completes the square of the regularised loss (T5)', (seed, pull) => {
    const random = seededRandom(seed);
    const [network, task, anchor] = [
      gaussianMatrix(3, 4, random),
      gaussianMatrix(3, 4, random),
      gaussianMatrix(3, 4, random),
    ];
    const direct = squaredNorm(Matrix.sub(network, task)) + pull * squaredNorm(Matrix.sub(network, anchor));
    const completed =
      effectiveSpeed(pull) * squaredNorm(Matrix.sub(network, effectiveTask(task, anchor, pull))) +
      regularizationFloor(task, anchor, pull);
    expect(Math.abs(completed - direct)).toBeLessThan(1e-12 * direct);
  });

  test.prop([seeds, strongPulls], { numRuns: 30 })(
    'makes regularised descent plain descent with larger steps',
    (seed, pull) => {
      const random = seededRandom(seed);
      const first = gaussianMatrix(3, 2, random).mul(0.5);
      const second = gaussianMatrix(2, 4, random).mul(0.5);
      const task = gaussianMatrix(3, 4, random);
      const anchor = first.mmul(second);
      const rate = 0.01 / (1 + pull);
      let [left, right] = [first, second];
      for (let step = 0; step < 20; step++) {
        const product = left.mmul(right);
        const slope = Matrix.sub(product, task)
          .add(Matrix.sub(product, anchor).mul(pull))
          .mul(2 * rate);
        [left, right] = [
          Matrix.sub(left, slope.mmul(right.transpose())),
          Matrix.sub(right, left.transpose().mmul(slope)),
        ];
      }
      const effective = effectiveTask(task, anchor, pull);
      const plain = descendWeights(first, second, effective, effectiveSpeed(pull) * rate, 20);
      expect(Matrix.sub(plain.first, left).norm() + Matrix.sub(plain.second, right).norm()).toBeLessThan(1e-12);
    },
  );

  test('leaves the task as it is without a pull, and tends to the anchor with a strong one', () => {
    const [task, anchor] = [new Matrix([[0.1, 0.7]]), new Matrix([[3, 5]])];
    expect(effectiveTask(task, anchor, 0)).toEqual(task);
    expect(regularizationFloor(task, anchor, 0)).toBe(0);
    expect(effectiveValue(1e150, 2, 1e150)).toBeCloseTo(3, 12);
    expect(effectiveValue(4, 1, 2)).toBe(2);
  });

  test('refuses a pull that is negative, not a number or infinite', () => {
    for (const pull of [-1e-9, Number.NaN, Infinity]) {
      expect(() => effectiveSpeed(pull)).toThrow(/^lambdas: .* from 0 to 1e\+150$/);
      expect(() => effectiveValue(1, 1, pull)).toThrow(/^lambdas: /);
    }
  });
});

describe('the scalar flow', () => {
  test.prop([fc.double({ min: 0.01, max: 2, noNaN: true }), fc.double({ min: 0, max: 3, noNaN: true }), strongPulls], {
    numRuns: 30,
  })('of the regularised loss is that to the effective value in time (1 + λ)t', (start, target, pull) => {
    const slope = (s: number) => -4 * s * (s - target + pull * (s - start));
    const goal = effectiveValue(target, start, pull);
    const speed = effectiveSpeed(pull);
    const [direct] = integrate((_, [s]) => [slope(s!)], [start], 0.3);
    const [mapped] = integrate((_, [s]) => [4 * s! * (goal - s!)], [start], 0.3 * speed);
    expect(Math.abs(direct! - mapped!)).toBeLessThan(1e-10);
  });
});

const problem = createProblem({ rows: 5, hidden: 3, cols: 4, spectrum: '2,1.5,0.7,0.4', tau: 3 });
const values = fc.array(fc.double({ min: 0, max: 4, noNaN: true }), { minLength: 4, maxLength: 4 });
const times = fc.oneof(fc.double({ min: 0, max: 5, noNaN: true }), fc.constantFrom(0, Infinity));
const pulls = fc.oneof(fc.constant(0), fc.double({ min: 0, max: 5, noNaN: true }));
const anchors = fc.constantFrom('checkpoint' as const, 'pretraining' as const);

describe('fineTune by gradient descent', () => {
  test.prop([fc.integer(), values, times, pulls, anchors, fc.integer({ min: 0, max: 60 })], { numRuns: 60 })(
    'equals descent of the full matrices with any shared singular vectors (T4, T5, finite K)',
    (seed, target, time, pull, anchor, steps) => {
      const random = seededRandom(seed);
      const [left, right] = [orthonormalColumns(5, 4, random), orthonormalColumns(4, 4, random)];
      const rotation = orthonormalColumns(3, 3, random);
      const task = (list: readonly number[]) => left.mmul(Matrix.diag([...list])).mmul(right.transpose());
      const factors = Matrix.diag(
        problem.modes.map((mode) => Math.sqrt(singularValue(mode, time))),
        4,
        3,
      );
      const first = left.mmul(factors).mmul(rotation);
      const second = rotation.transpose().mmul(factors.transpose()).mmul(right.transpose());
      const pretraining = task(problem.spectrum);
      const rate = 0.02 / (1 + pull);
      const goal = effectiveTask(task(target), anchor === 'checkpoint' ? first.mmul(second) : pretraining, pull);
      const weights = descendWeights(first, second, goal, rate * (1 + pull), steps);
      const product = weights.first.mmul(weights.second);

      const tuned = fineTune(problem, time, { target, pull, anchor, length: { rate, steps } });
      expect(tuned.singularValues).toHaveLength(3);
      expect(Math.abs(tuned.lossPre - squaredNorm(Matrix.sub(product, pretraining)))).toBeLessThan(1e-10);
      expect(Math.abs(tuned.lossFt - squaredNorm(Matrix.sub(product, task(target))))).toBeLessThan(1e-10);
      const before = squaredNorm(Matrix.sub(first.mmul(second), pretraining));
      expect(Math.abs(tuned.lossBefore - before)).toBeLessThan(1e-10);
      expect(Math.abs(tuned.forgetting - (tuned.lossPre - tuned.lossBefore))).toBeLessThan(1e-12);
    },
  );

  test('is the recurrence D ← D - 2ηD[(D² - σ^ft) + λ(D² - s0)], written out', () => {
    const [start, target, pull, rate] = [0.3, 1.7, 0.8, 0.05];
    let factor = Math.sqrt(start);
    for (let step = 0; step < 25; step++) {
      factor -= 2 * rate * factor * (factor ** 2 - target + pull * (factor ** 2 - start));
    }
    const tuned = fineTuneMode(start, 9, target, { pull, anchor: 'checkpoint', length: { rate, steps: 25 } });
    expect(tuned).toBeCloseTo(factor ** 2, 13);
  });

  test('zero steps return the checkpoint to the last bit', () => {
    const tuned = fineTune(problem, 0.8, {
      target: [9, 9, 9, 9],
      pull: 3,
      anchor: 'checkpoint',
      length: { rate: 1, steps: 0 },
    });
    expect(tuned.singularValues).toEqual(problem.modes.map((mode) => singularValue(mode, 0.8)));
    expect(tuned.forgetting).toBe(0);
  });

  test('converges to flow at first order in the rate', () => {
    const setting = { target: [3, 2, 1, 0], pull: 0.5, anchor: 'checkpoint' } as const;
    const flow = fineTune(problem, 1, { ...setting, length: { time: 0.7 } }).lossPre;
    const error = (steps: number) =>
      fineTune(problem, 1, { ...setting, length: { rate: 0.7 / steps, steps } }).lossPre - flow;
    expect(error(1000) / error(2000)).toBeCloseTo(2, 1);
    expect(error(4000) / error(8000)).toBeCloseTo(2, 2);
  });

  test('stops early at a fixed point, so that a billion steps cost nothing', () => {
    const tuned = fineTune(problem, 2, {
      target: [3, 2, 1, 0],
      pull: 0,
      anchor: 'checkpoint',
      length: { rate: 0.05, steps: 1e9 },
    });
    expect(tuned.singularValues[0]).toBeCloseTo(3, 14);
  });

  test('says Infinity where descent diverges, mode by mode', () => {
    // The first mode is beyond its limit 1/(2σ) and thrown out at once; the others stay within theirs.
    const tuned = fineTune(problem, Infinity, {
      target: [50, 1, 0.5, 0],
      pull: 0,
      anchor: 'checkpoint',
      length: { rate: 0.2, steps: 200 },
    });
    expect(tuned.singularValues[0]).toBe(Infinity);
    expect(tuned.singularValues[1]).toBeCloseTo(1, 12);
    expect(tuned.lossPre).toBe(Infinity);
    expect(tuned.lossFt).toBe(Infinity);
    expect(tuned.forgetting).toBe(Infinity);
    const length = { rate: 1e300, steps: 5 };
    expect(fineTuneMode(0, 1, 1, { pull: 1e150, anchor: 'checkpoint', length })).toBe(0);
  });

  test.prop([values, pulls, fc.integer({ min: 0, max: 100 })])(
    'erasing never turns up with training time, at any K, for rates up to 1/(6σ_1(1 + λ))',
    (target, pull, steps) => {
      const erased = problem.spectrum.map((sigma, index) => Math.min(sigma, target[index]!));
      // The step D + 2ηD(g - D²) then rises with D up to √σ and with g, so that a later checkpoint stays above an earlier one.
      const rate = 1 / (6 * problem.spectrum[0]! * (1 + pull));
      const fineTuning: FineTuning = { target: erased, pull, anchor: 'checkpoint', length: { rate, steps } };
      let last = Infinity;
      for (let time = 0; time < 12; time += 0.4) {
        const { lossPre } = fineTune(problem, time, fineTuning);
        expect(lossPre).toBeLessThanOrEqual(last + 1e-12);
        last = lossPre;
      }
    },
  );

  test('beyond that rate erasing can turn up: one large step undoes exactly what was learned best', () => {
    // At η = 1/(2σ), the stability limit, D - 2ηD³ is 0 for D = √σ and largest for D² = σ/3.
    const single = createProblem({ dim: 1, spectrum: '1', tau: 3 });
    const setting: FineTuning = { target: [0], pull: 0, anchor: 'checkpoint', length: { rate: 0.5, steps: 1 } };
    const third = Math.log(Math.exp(6) - 1) / 4 + Math.log(1 / 2) / 4;
    expect(fineTune(single, third, setting).lossPre).toBeCloseTo((1 - 4 / 27) ** 2, 12);
    expect(fineTune(single, Infinity, setting).lossPre).toBeCloseTo(1, 12);
  });
});

describe('inflection in the number of learned modes, for fine-tuning that has not converged', () => {
  /** The first number of learned modes with the least pre-training loss after fine-tuning. */
  const inflection = (list: readonly number[], fineTuning: FineTuning): number => {
    const spectrum = [2, 1.5, 0.7, 0.4];
    const losses = Array.from({ length: 5 }, (_, learned) => {
      const starts = spectrum.map((sigma, index) => (index < learned ? sigma : 0));
      return fineTune(createProblem({ dim: 4, spectrum, tau: 1, starts }), 0, { ...fineTuning, target: list }).lossPre;
    });
    return losses.findIndex((value) => value <= Math.min(...losses) + 1e-13);
  };
  const setting = { target: [], pull: 0, anchor: 'checkpoint' } as const;

  test.prop([
    values,
    fc.integer({ min: 0, max: 60 }),
    fc.double({ min: 0, max: 1, noNaN: true }),
    fc.double({ min: 0, max: 1, noNaN: true }),
  ])('a larger learning rate never moves it later, up to 1/(6 max(σ, σ^ft))', (target, steps, left, right) => {
    const limit = 1 / 24;
    const at = (share: number) => inflection(target, { ...setting, length: { rate: share * limit, steps } });
    expect(at(Math.max(left, right))).toBeLessThanOrEqual(at(Math.min(left, right)));
  });

  test.prop([values, fc.double({ min: 0, max: 5, noNaN: true }), pulls, pulls])(
    'a stronger pull never moves it earlier, at any time of the flow',
    (target, time, pull, more) => {
      const at = (strength: number) => inflection(target, { ...setting, pull: strength, length: { time } });
      expect(at(pull + more)).toBeGreaterThanOrEqual(at(pull));
    },
  );
});

describe('fineTune by gradient flow', () => {
  test.prop([values, times, pulls])('runs to (σ^ft + λ s0)/(1 + λ) in the limit', (target, time, pull) => {
    const tuned = fineTune(problem, time, { target, pull, anchor: 'checkpoint', length: { time: Infinity } });
    problem.modes.forEach((mode, index) => {
      const before = singularValue(mode, time);
      expect(tuned.singularValues[index]).toBeCloseTo((target[index]! + pull * before) / (1 + pull), 12);
    });
  });

  test('replay of pre-training pulls to the pre-training task also what the checkpoint has not learned', () => {
    const setting = { target: [0, 0, 0, 0], pull: 1, length: { time: Infinity } } as const;
    const replay = fineTune(problem, 0, { ...setting, anchor: 'pretraining' });
    const pulled = fineTune(problem, 0, { ...setting, anchor: 'checkpoint' });
    expect(replay.singularValues[1]).toBeCloseTo(0.75, 12);
    expect(pulled.singularValues[1]).toBeCloseTo(Math.exp(-6) / 2, 12);
  });
});

describe('bad input', () => {
  const good: FineTuning = { target: [1, 1, 1, 1], pull: 0, anchor: 'checkpoint', length: { rate: 0.1, steps: 1 } };
  test.each([
    [{ target: [1, 1, 1] }, /^target: .*4 singular values$/],
    [{ pull: -1 }, /^lambdas: -1/],
    [{ pull: Number.NaN }, /^lambdas: NaN/],
    [{ length: { rate: -0.1, steps: 1 } }, /^learningRates: -0.1/],
    [{ length: { rate: Infinity, steps: 1 } }, /^learningRates: Infinity/],
    [{ length: { rate: 0.1, steps: 1.5 } }, /^steps: 1.5/],
    [{ length: { rate: 0.1, steps: -1 } }, /^steps: -1/],
    [{ length: { time: -1 } }, /^time: -1/],
  ])('%j', (change, message) => {
    expect(() => fineTune(problem, 1, { ...good, ...change })).toThrow(message);
  });

  test('a negative checkpoint time', () => {
    expect(() => fineTune(problem, -1, good)).toThrow(/^time: -1/);
    expect(() => fineTune(problem, Number.NaN, good)).toThrow(/^time: NaN/);
  });
});

describe('alignment by gradient flow', () => {
  test('loses what the textbook says', () => {
    const [starts, goals] = [
      [0.5, 3, 0.1],
      [1, 2, 0],
    ];
    const values = starts.map((start, mode) => textbookValue(goals[mode]!, start, 0.3));
    const loss = (all: readonly number[]) => all.reduce((sum, value, mode) => sum + (value - goals[mode]!) ** 2, 0);
    const found = alignByFlow(starts, goals, 0.3);
    expect(found.before).toBeCloseTo(loss(starts), 14);
    expect(found.after).toBeCloseTo(loss(values), 14);
    expect(found.gain).toBeCloseTo(loss(starts) - loss(values), 14);
  });

  test('between and past a third are mode by mode, ends included', () => {
    expect(liesBetween([1, 3], [1, 2], [2, 2])).toBe(true);
    expect(liesBetween([1, 3], [1, 3.1], [2, 2])).toBe(false);
    expect(liesBetween([1, 3], [0.9, 3], [2, 2])).toBe(false);
    expect(isPastAThird([1, 5], [3, 1])).toBe(true);
    expect(isPastAThird([0.99, 5], [3, 1])).toBe(false);
  });
});
