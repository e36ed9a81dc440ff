import { beforeAll, describe, expect, test } from 'vitest';
import { nexus } from '../../../../src/sim/scenarios/nexus/nexus.js';
import { drawSources } from '../../../../src/sim/scenarios/nexus/nexus-runs.js';
import { embedDiagonal, networkStart, randomBasis } from '../../../../src/sim/training/network-start.js';
import { createProblem } from '../../../../src/theory/problem.js';
import { records, runScenario, verdictOf } from '../../../support/documents.js';
import { type OracleNetwork, oracleGradient, oracleStep, squares } from '../../../support/nexus-oracle.js';
import { nested, type Rows, times, zip } from '../../../support/optimizer-oracle.js';

const small = {
  dim: 4,
  sources: 3,
  rank: 2,
  tau: 2,
  trainings: 2,
  optimizers: 'gradient-descent,adam',
  innerSteps: '0,0.15',
  goals: '0.4,0.15',
  settling: 0.5,
  steps: 5,
};
const spectrum = [1, 2, 3, 4].map((mode) => mode ** -0.5);

/** One training from the same start on the same sources, by plain loops; and everything that the tables say of it. */
function integrated(training: number, base: 'gradient-descent' | 'adam', innerStep: number | null) {
  const problem = createProblem({ dim: 4, spectrum, tau: 2 });
  const basis = randomBasis(problem, 1);
  const start = networkStart('random', problem, basis, 1, training);
  const rows = (values: Float64Array) => nested(values, 0, 4, 4);
  const task = embedDiagonal(basis.left, spectrum, basis.right).to2DArray();
  const data = drawSources({ dim: 4, sources: 3, rank: 2, overlap: 1 }, 1, training);
  const sources = data.projections.map(rows);
  const held = rows(data.tuningProjection);
  const lossOf = ({ left, right }: Pick<OracleNetwork, 'left' | 'right'>, goal: Rows, seen: readonly Rows[]) => {
    const residual = zip(times(left, right), goal, (w, a) => w - a);
    return seen.reduce((sum, covariance) => sum + squares(times(residual, covariance)), 0);
  };
  const nothing = { left: task.map((row) => row.map(() => 0)), right: task };
  const norm = lossOf(nothing, task, sources);
  const rate = 0.1 * (base === 'adam' ? 0.01 : 1 / 8);
  const train = (from: Pick<OracleNetwork, 'left' | 'right'>, goal: number, step: number | null) => {
    let [before, after]: OracleNetwork[] = [1, 2].map(() => ({ ...from, memory: [{}, {}], taken: 0 }));
    while (lossOf(after!, task, sources) > goal) {
      before = after;
      for (let look = 0; look < 4; look++) {
        const order = step !== null && look % 2 === 1 ? [...sources].reverse() : sources;
        after = oracleStep(after!, order, { task, base, rate, innerStep: step });
      }
    }
    const line = (share: number) => ({
      left: zip(before!.left, after!.left, (a, b) => a + share * (b - a)),
      right: zip(before!.right, after!.right, (a, b) => a + share * (b - a)),
    });
    let [low, high] = [0, 1];
    while (high - low > 1e-13) {
      const middle = (low + high) / 2;
      if (lossOf(line(middle), task, sources) <= goal) high = middle;
      else low = middle;
    }
    return { ...line(high), steps: before!.taken + 4 * high };
  };
  const spreadOf = ({ left, right }: Pick<OracleNetwork, 'left' | 'right'>) => {
    const product = times(left, right);
    const residual = zip(product, task, (w, a) => w - a);
    const minimisers = sources.map((covariance) => zip(product, times(residual, covariance), (w, r) => w - r));
    const mean = minimisers.reduce((sum, one) => zip(sum, one, (a, b) => a + b / 3), nothing.left);
    return minimisers.reduce((sum, one) => sum + squares(zip(one, mean, (a, b) => a - b)), 0) / norm;
  };
  return [0.4, 0.15].map((goal) => {
    const network = train({ left: rows(start.first), right: rows(start.second) }, goal * norm, innerStep);
    const gradients = sources.map((seen) => oracleGradient(network.left, network.right, task, seen).flat(2));
    const cosine = (one: number, other: number) => {
      const product = (a: number[], b: number[]) => a.reduce((sum, value, at) => sum + value * b[at]!, 0);
      const [a, b] = [gradients[one]!, gradients[other]!];
      return product(a, b) / Math.sqrt(product(a, a) * product(b, b));
    };
    const settled = train(network, 0.5 * goal * norm, null);
    const newTask = task.map((row) => row.map((value) => 1.5 * value));
    let tuned: OracleNetwork = { ...network, memory: [{}, {}], taken: 0 };
    for (let step = 0; step < 5; step++) {
      tuned = oracleStep(tuned, [held], { task: newTask, base: 'gradient-descent', rate: 0.05, innerStep: null });
    }
    // Every source has the shared direction; a third of the chance to have each of the three others.
    const shared = data.sources[0]!.getColumn(0);
    const whole = zip(times(network.left, network.right), task, (w, a) => w - a);
    const heldOut = (residual: Rows) => {
      const along = squares(
        times(
          residual,
          shared.map((value) => [value]),
        ),
      );
      return along + (squares(residual) - along) / 3;
    };
    return {
      steps: network.steps,
      cosine_sim: (cosine(0, 1) + cosine(0, 2) + cosine(1, 2)) / 3,
      spread_sim: spreadOf(network),
      held_out_sim: heldOut(whole) / heldOut(task),
      settled_spread_sim: spreadOf(settled),
      loss_ft_sim: lossOf(tuned, newTask, [held]) / lossOf(nothing, newTask, [held]),
      forgetting_sim: lossOf(tuned, task, sources) / norm - goal,
    };
  });
}

describe('nexus', () => {
  /** One run, in which several tests look for different things. */
  let run: ReturnType<typeof runScenario>;
  beforeAll(() => {
    run = runScenario(nexus, small, { backend: 'reference' });
  });

  test.each([
    ['gradient-descent', null],
    ['gradient-descent', 0],
    ['adam', 0.15],
    ['adam', null],
  ] as const)('%s with inner step %s is what plain loops give', async (base, innerStep) => {
    const document = await run;
    const found = records(document, 'curve').filter((row) => row.optimizer === base && row.inner_step === innerStep);
    const own = [0, 1].map((training) => integrated(training, base, innerStep));
    [0.4, 0.15].forEach((goal, at) => {
      const row = found[at]!;
      expect(row).toMatchObject({ goal, reached: 2 });
      for (const column of Object.keys(own[0]![at]!) as (keyof (typeof own)[0][0])[]) {
        const [one, other] = own.map((rows) => rows[at]![column]);
        // Rounding of some hundred steps, a thousand times over where the end of a training is looked for.
        expect({ column, value: row[column] }).toEqual({ column, value: expect.closeTo((one! + other!) / 2, 8) });
      }
    });
    expect(verdictOf(document, 'T0-coverage')).toBe('holds');
  });

  test('changes are paired with joint descent, and spread follows coverage', async () => {
    const document = await run;
    const curve = records(document, 'curve');
    const change = records(document, 'change');
    expect(change.map(({ series }) => series)).toEqual([
      ...['gradient-descent', 'adam'].flatMap((base) =>
        ['0', '0', '0.15', '0.15'].map((step) => `${base}, inner step ${step}`),
      ),
    ]);
    for (const row of change) {
      const of = (step: number | null) =>
        curve.find((one) => one.optimizer === row.optimizer && one.goal === row.goal && one.inner_step === step)!;
      const difference = Number(of(Number(row.inner_step)).cosine_sim) - Number(of(null).cosine_sim);
      expect(row.cosine_change_sim).toBeCloseTo(difference, 12);
      expect(row.pairs).toBe(2);
    }
    // All sources have the same norm of their task on average only, so that the mean of the products is near the product of the means.
    for (const row of curve) {
      expect(Number(row.spread_sim)).toBeCloseTo(Number(row.goal) * (1 - Number(row.coverage_sim) / 3), 10);
    }
  });

  test('with normalised gradients and no inner path the order of the sources does not count', async () => {
    const own = integrated(0, 'adam', 0).map(({ spread_sim }) => spread_sim);
    const alone = await runScenario(
      nexus,
      { ...small, optimizers: 'adam', innerSteps: 0, trainings: 1 },
      { backend: 'reference' },
    );
    const rows = records(alone, 'curve').filter(({ series }) => series === 'adam, inner step 0');
    expect(rows.map(({ spread_sim }) => spread_sim)).toEqual(own.map((value) => expect.closeTo(value, 8)));
    expect(rows.map(({ spread_stderr }) => spread_stderr)).toEqual([0, 0]);
    expect(alone.verdict?.verdict).toBe('open in the linear model');
  });

  test('says where a summed loss was not reached, and leaves it empty', async () => {
    const document = await runScenario(nexus, { ...small, patience: 200, goals: '0.9,0.000001' });
    expect(document.warnings).toEqual(['in 6 of 12 settings a training did not come to the summed loss']);
    const last = records(document, 'curve').filter(({ goal }) => goal === 0.000001);
    for (const row of last) expect(row).toMatchObject({ reached: 0, steps: null, spread_sim: null });
    expect(document.verdict?.verdict).toBe('open in the linear model');
  });

  test('steps of a fixed length have a floor', async () => {
    const settings = { ...small, optimizers: 'adam', innerSteps: '3', goals: '0.03', patience: 1500 };
    const document = await runScenario(nexus, settings);
    const rows = records(document, 'curve');
    expect(rows.map(({ reached }) => reached)).toEqual([2, 0]);
  });

  test('training that diverges is told, and ends', async () => {
    const settings = { ...small, optimizers: 'gradient-descent', sources: 12, pace: 4, goals: '0.0001' };
    const short = { ...settings, innerSteps: 0.15, patience: 40 };
    const document = await runScenario(nexus, short, { backend: 'reference' });
    expect(document.diverged?.[0]?.network).toBe('gradient-descent, joint, training 1');
    expect(records(document, 'curve')[0]).toMatchObject({ reached: 0, steps: null });
  });

  test.each([
    [{ dim: 1 }, 'dim: 1 is not allowed; expected an integer from 2, so that a source can leave something out'],
    [{ rank: 8 }, 'rank: 8 is not allowed; expected an integer from 1 to dim - 1, 7'],
    [{ overlap: 3 }, 'overlap: 3 is not allowed; expected an integer from 0 to rank - 1, 2'],
    [{ sources: 1 }, 'sources: 1 is not allowed'],
    [{ innerSteps: '0.1,0.1' }, 'innerSteps: "0.1,0.1" is not allowed'],
    [{ innerSteps: '-1' }, 'innerSteps: "-1" is not allowed'],
    [{ goals: '0.1,0.3' }, 'goals: "0.1,0.3" is not allowed; expected a decreasing list'],
    [{ goals: '0' }, 'goals: "0" is not allowed'],
    [{ settling: 2 }, 'settling: 2 is not allowed'],
    [{ target: 'shuffle' }, 'target: "shuffle" is not allowed'],
    [{ learningRate: 1 }, 'learningRate: 1 is not allowed'],
    [{ optimizers: 'newton' }, 'optimizers: "newton" is not allowed'],
    [{ dim: 100_000, rank: 2, spectrum: '1' }, 'dim: 100000 is not allowed'],
  ])('%o is refused in one line', (settings, message) => {
    expect(() => runScenario(nexus, settings)).toThrow(message);
  });
});
