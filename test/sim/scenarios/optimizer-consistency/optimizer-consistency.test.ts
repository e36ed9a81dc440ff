import { Matrix } from 'ml-matrix';
import { describe, expect, test } from 'vitest';
import type { Weights } from '../../../../src/sim/backends/backend.js';
import { randomOrthogonal } from '../../../../src/sim/backends/random.js';
import { optimizerConsistency } from '../../../../src/sim/scenarios/optimizer-consistency/optimizer-consistency.js';
import { networkStart, randomBasis } from '../../../../src/sim/training/network-start.js';
import { optimizerNamed } from '../../../../src/sim/training/optimizers.js';
import { createProblem } from '../../../../src/theory/problem.js';
import { records, runScenario, verdictOf } from '../../../support/documents.js';
import { fromNothing, optimizerOracle } from '../../../support/optimizer-oracle.js';
import { some } from '../../../support/sample-size.js';

/*
 * The oracle: recurrences of the optimisers in plain loops, run again from the start for every number of steps that is tried. It shares
 * random numbers with the source, the starts and the directions of inputs, and the small rates, which are definitions.
 */
interface Goal {
  readonly optimizer: string;
  readonly rate: number;
  readonly target: Matrix;
  readonly inputs: Matrix;
  readonly loss: number;
}

function lossOf({ first, second }: Weights, target: Matrix, inputs: Matrix): number {
  const dim = target.rows;
  const network = Matrix.from1DArray(dim, dim, [...first]).mmul(Matrix.from1DArray(dim, dim, [...second]));
  return Matrix.sub(network, target).mmul(inputs).norm() ** 2;
}

/** A network trained until its loss first reaches the goal: to the least number of steps, its last one cut to 1/1024 of it. */
function trainedTo(start: Weights, { optimizer, rate, target, inputs, loss }: Goal): Weights {
  const dim = target.rows;
  const batch = {
    shape: { rows: dim, hidden: dim, cols: dim },
    count: 1,
    ...start,
    target: Float64Array.from(target.to1DArray()),
    rateScale: Float64Array.of(1),
  };
  const after = (steps: number): Weights => {
    const rates = Array.from({ length: Math.ceil(steps) }, (_, step) => rate * Math.min(1, steps - step));
    const seen = Float64Array.from(rates.flatMap(() => inputs.to1DArray()));
    return optimizerOracle(fromNothing(batch, 2), { optimizer: optimizerNamed(optimizer), rates, inputs: seen });
  };
  const first = (low: number, high: number, spacing: number): number => {
    let [below, above] = [low, high];
    while (above - below > spacing) {
      const middle = below + (spacing * Math.round((above - below) / spacing / 2 - 1e-9) || spacing);
      if (lossOf(after(middle), target, inputs) <= loss) above = middle;
      else below = middle;
    }
    return above;
  };
  let beyond = 1;
  while (lossOf(after(beyond), target, inputs) > loss) beyond *= 2;
  const whole = first(beyond / 2, beyond, 1);
  return after(first(whole - 1, whole, 1 / 1024));
}

const small = { dim: 4, seen: 2, trainings: 2, optimizers: 'gradient-descent,muon', tau: 2 };

describe('optimiser consistency', () => {
  test('every pair comes to the same losses', async () => {
    const document = await runScenario(optimizerConsistency, small, { backend: 'reference' });
    const rows = records(document, 'matrix');
    expect(rows.map(({ pretraining, finetuning }) => `${pretraining} ${finetuning}`)).toEqual([
      'gradient-descent gradient-descent',
      'gradient-descent muon',
      'muon gradient-descent',
      'muon muon',
    ]);
    const squaredNorm = 1 + 1 / 2 + 1 / 3 + 1 / 4;
    for (const row of rows) {
      expect(row.reached).toBe(2);
      // Within a thousandth of the last step, which takes less than a tenth off the loss.
      expect(Number(row.loss_pre_before_sim)).toBeLessThanOrEqual(0.02 * squaredNorm);
      expect(Number(row.loss_pre_before_sim)).toBeGreaterThan(0.02 * squaredNorm * 0.9998);
      expect(Number(row.loss_ft_sim) / Number(rows[0]!.loss_ft_sim)).toBeCloseTo(1, 3);
      expect(Number(row.forgetting_sim)).toBeGreaterThan(Number(row.forgetting_theory));
    }
    expect(verdictOf(document, 'T4-bracket')).toBe('holds');
  });

  test('every pair forgets what the recurrences in plain loops forget', async () => {
    const optimizers = some(['gradient-descent', 'adam', 'sign-descent', 'muon'], 2);
    const settings = { ...small, optimizers: optimizers.join(','), trainings: 1, angle: 20, pace: 0.5 };
    const document = await runScenario(optimizerConsistency, settings, { backend: 'reference', seed: 5 });
    const problem = createProblem({ dim: 4, spectrum: 'power:0.5', tau: 2 });
    const basis = randomBasis(problem, 5);
    const start = networkStart('random', problem, basis, 5, 0);
    const sigmas = [1, 2, 3, 4].map((n) => n ** -0.5);
    const turn = Matrix.eye(4);
    const [cosine, sine] = [Math.cos(Math.PI / 9), Math.sin(Math.PI / 9)];
    for (const at of [0, 2]) {
      turn.set(at, at, cosine).set(at, at + 1, -sine);
      turn.set(at + 1, at, sine).set(at + 1, at + 1, cosine);
    }
    const old = basis.left.mmul(Matrix.diag(sigmas)).mmul(basis.right.transpose());
    const core = turn.mmul(Matrix.diag(sigmas.map((sigma) => 1.5 * sigma))).mmul(turn.transpose());
    const added = basis.left.mmul(core).mmul(basis.right.transpose());
    const directions = randomOrthogonal(4, 5, 1_000_003).subMatrix(0, 3, 0, 1);
    const seen = directions.mmul(directions.transpose());
    const all = Matrix.eye(4);
    for (const row of records(document, 'matrix')) {
      const goal = (optimizer: unknown, target: Matrix, inputs: Matrix): Goal => ({
        ...{ optimizer: String(optimizer), target, inputs },
        rate: 0.5 * optimizerNamed(String(optimizer)).smallRate(1),
        loss: 0.02 * target.mmul(inputs).norm() ** 2,
      });
      const base = trainedTo(start, goal(row.pretraining, old, all));
      const tuned = trainedTo(base, goal(row.finetuning, added, seen));
      const before = lossOf(base, old, all);
      expect(Number(row.loss_pre_before_sim)).toBeCloseTo(before, 9);
      expect(Number(row.forgetting_sim)).toBeCloseTo(lossOf(tuned, old, all) - before, 7);
    }
  });

  test('at convergence on all inputs every pair forgets the squared distance of the tasks', async () => {
    const settings = { ...small, seen: 4, finetuningGoal: 1e-6, optimizers: 'gradient-descent,momentum' };
    const document = await runScenario(optimizerConsistency, settings, { backend: 'reference' });
    const squaredNorm = 1 + 1 / 2 + 1 / 3 + 1 / 4;
    // A_ft is 1.5 times A: the distance is half the norm. T4-bracket leaves 2D√L = 2 · 0.72 · 0.0022 and less.
    for (const row of records(document, 'matrix')) {
      const after = Number(row.forgetting_sim) + Number(row.loss_pre_before_sim);
      expect(Math.abs(after - squaredNorm / 4)).toBeLessThan(0.0033);
    }
  });

  test('says where a training did not come to its loss', async () => {
    const document = await runScenario(optimizerConsistency, { ...small, patience: 32 });
    expect(document.warnings).toEqual(['in 4 of 4 pairs a training did not come to both losses']);
    expect(document.verdict?.verdict).toBe('open in the linear model');
  });

  test.each([
    [{ seen: 9 }, 'seen: 9 is not allowed; expected an integer from 1 to dim, 8'],
    [{ target: 'shuffle' }, 'target: "shuffle" is not allowed'],
    [{ optimizers: 'adam,adam' }, 'optimizers: "adam,adam" is not allowed'],
    [{ optimizers: 'newton' }, 'optimizers: "newton" is not allowed'],
  ])('%o is refused in one line', (settings, message) => {
    expect(() => runScenario(optimizerConsistency, settings)).toThrow(message);
  });
});
