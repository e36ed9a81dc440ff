import { Matrix } from 'ml-matrix';
import { describe, expect, test } from 'vitest';
import { type ReplayParameters, replay } from '../../../../src/sim/scenarios/replay/replay.js';
import { blockTasks, randomLayers } from '../../../../src/sim/scenarios/replay/replay-runs.js';
import { records, runScenario, verdictOf } from '../../../support/documents.js';

/*
 * The oracle: the two blocks as separate matrices, with the gradients of `L_new + λ L_beside` written out in float64. It takes
 * only tasks and starts from the source.
 */
interface Net {
  readonly first: Matrix;
  readonly old: Matrix;
  readonly added: Matrix;
}

const distance = (a: Matrix, b: Matrix) => Matrix.sub(a, b).norm() ** 2;

function step(net: Net, rate: number, oldWeight: number, oldGoal: Matrix, newWeight: number, newGoal: Matrix): Net {
  const oldError = net.first
    .mmul(net.old)
    .sub(oldGoal)
    .mul(2 * rate * oldWeight);
  const newError = net.first
    .mmul(net.added)
    .sub(newGoal)
    .mul(2 * rate * newWeight);
  return {
    first: Matrix.sub(net.first, oldError.mmul(net.old.transpose()).add(newError.mmul(net.added.transpose()))),
    old: Matrix.sub(net.old, net.first.transpose().mmul(oldError)),
    added: Matrix.sub(net.added, net.first.transpose().mmul(newError)),
  };
}

function oracle(parameters: ReplayParameters, row: Record<string, unknown>) {
  const { dim, block, spectrum, newSpectrum, tau, pretrainingRate, goal } = parameters;
  const hidden = Number(row.hidden);
  const tasks = blockTasks(dim, block, spectrum, newSpectrum, 1);
  const layers = randomLayers(tasks, hidden, tau, 1, 0);
  const second = Matrix.from1DArray(hidden, 2 * block, layers.second);
  let net: Net = {
    first: Matrix.from1DArray(dim, hidden, layers.first),
    old: second.subMatrix(0, hidden - 1, 0, block - 1),
    added: second.subMatrix(0, hidden - 1, block, 2 * block - 1),
  };
  const pretraining = Math.round(Number(row.time) / pretrainingRate);
  for (let taken = 0; taken < pretraining; taken++) {
    net = step(net, pretrainingRate, 1, tasks.old, 0, tasks.added);
  }
  const [oldBefore, newBefore] = [net.first.mmul(net.old), net.first.mmul(net.added)];
  const before = distance(oldBefore, tasks.old);
  const [rate, weight] = [Number(row.learning_rate), Number(row.replay)];
  const limit = goal * newSpectrum.reduce((sum, value) => sum + value ** 2, 0);
  let steps = 0;
  while (distance(net.first.mmul(net.added), tasks.added) > limit && steps < 10_000) {
    if (row.method === 'pull') {
      // Two gradients on the new inputs: the task, and the pull to what the checkpoint made of them.
      const both = Matrix.add(tasks.added, Matrix.mul(newBefore, weight)).div(1 + weight);
      net = step(net, rate, 0, tasks.old, 1 + weight, both);
    } else {
      const beside = row.method === 'self-generated' ? oldBefore : tasks.old;
      net = step(net, rate, row.method === 'none' ? 0 : weight, beside, 1, tasks.added);
    }
    steps++;
  }
  return { before, after: distance(net.first.mmul(net.old), tasks.old), steps };
}

const small = {
  dim: 6,
  block: 4,
  features: 3,
  newSpectrum: '1,0.7',
  tau: 3,
  times: '1,3,8',
  time: 8,
  widths: '4,6',
  hidden: 4,
  learningRates: '0.01,0.04',
  replays: '0,0.2',
  trainings: 1,
};

describe('replay', () => {
  test.each(['reference', 'simd'] as const)('agrees with steps written out, backend %s', async (backend) => {
    const document = await runScenario(replay, small, { backend });
    const parameters = document.params as ReplayParameters;
    const rows = ['pretraining', 'width', 'rate', 'replay'].flatMap((table) => records(document, table));
    expect(rows.length).toBe(3 * 6 + 4 * 2 + 2 * 2 + 3 * 2);
    for (const row of rows) {
      const exact = oracle(parameters, row);
      // Some hundred steps on entries of about 1, in float64 and in float32, by a step more or less at the goal.
      const [close, slip] = backend === 'reference' ? [1e-9, 0] : [2e-3, 1];
      expect(Math.abs(Number(row.steps) - exact.steps)).toBeLessThanOrEqual(slip);
      expect(Math.abs(Number(row.loss_pre_before_sim) - exact.before)).toBeLessThan(close);
      if (Number(row.steps) === exact.steps) {
        expect(Math.abs(Number(row.loss_pre_sim) - exact.after)).toBeLessThan(close);
      }
      expect(Number(row.forgetting_theory)).toBeLessThan(Number(row.forgetting_sim) + 1e-9);
    }
    expect(verdictOf(document, 'T7-forgetting')).toBe('holds');
  });

  test('shows what the paper reports, and a turn where the width is saturated', async () => {
    // The tasks of the defaults, on fewer points of each curve.
    const document = await runScenario(replay, {
      times: '2,10,40',
      widths: '6,7,8,12',
      learningRates: '0.02,0.04',
      replays: '0,1',
      trainings: 3,
    });
    expect(document.verdict?.verdict).toBe('agrees');
    expect(document.verdict?.reason).toMatch(/turns up again by 0\.\d+ at width 7 and does not turn up at 12$/);
    const widths = records(document, 'width').filter((row) => row.method === 'none');
    // The floor is that of the singular values beyond the width, and nothing from 8 on.
    expect(widths.map((row) => Number(row.forgetting_theory) > 1e-9)).toEqual([true, true, false, false]);
    const pull = records(document, 'replay').filter((row) => row.method === 'pull');
    expect(Number(pull[1]!.forgetting_sim)).toBeGreaterThan(0.9 * Number(pull[0]!.forgetting_sim));
  });

  test('says which settings did not reach the loss on the new task', async () => {
    const document = await runScenario(replay, { ...small, patience: 0.5 });
    expect(document.warnings[0]).toMatch(/^at \d+ of 36 settings a training did not reach/);
    expect(document.verdict?.verdict).toBe('open in the linear model');
  });

  test.each([
    [{ features: 9 }, 'features: 9 is not allowed; expected an integer from 1 to 8'],
    [{ newSpectrum: '1,1,1,1,1,1,1,1,1' }, 'features: 6 is not allowed; expected an integer from 1 to 1'],
    [{ learningRates: '0' }, 'learningRates: 0 is not allowed'],
    [
      { pretrainingRate: '1e-9' },
      'times: 40 is not allowed; expected a time of at most 1000000 steps of pretrainingRate',
    ],
    [{ learningRate: '0.2' }, 'learningRate: 0.2 is not allowed; expected a rate up to'],
    [{ widths: '8,6' }, 'widths: "8,6" is not allowed'],
  ])('%o is refused in one line', (settings, message) => {
    expect(() => runScenario(replay, settings)).toThrow(message);
  });
});
