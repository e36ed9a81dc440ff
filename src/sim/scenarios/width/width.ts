import { z } from 'zod';
import { InvalidInputError } from '../../../theory/invalid-input.js';
import { parseSpectrum } from '../../../theory/spectrum.js';
import { NoiseCurves } from '../../noise/noise-curves.js';
import { requireMemory, requireTableMemory } from '../../scenario/memory.js';
import type { RunEvent, Scenario } from '../../scenario/scenario.js';
import {
  dimsParameter,
  gammasParameter,
  learningRateParameter,
  noiseParameter,
  replicatesParameter,
  spectrumParameter,
  tauParameter,
  timesParameter,
} from '../../scenario/shared.js';
import type { SimulatedPretraining } from '../../training/pretraining.js';
import { type NamedCheck, worstCheck } from '../../training/training-checks.js';
import { widthTables } from './width-columns.js';
import { fitRows, scalingRow, type Turn, turnOf } from './width-scaling.js';
import { type PlannedSize, planSizes, type SizesPlan } from './width-sizes.js';

export interface WidthParameters {
  /** Sizes of the square networks, increasing. */
  readonly dims: readonly number[];
  /** A law, or a list that fits the smallest size; it is completed for each. */
  readonly spectrum: string | readonly number[];
  readonly tau: number;
  readonly times: readonly number[];
  readonly gammas: readonly number[];
  readonly noise: 'absolute' | 'init';
  readonly replicates: number;
  readonly learningRate: number | 'auto';
}

/** Bytes of a mode and its singular value in a problem that is held. */
const MODE_BYTES = 150;

const schema = z.object({
  dims: dimsParameter([4, 6, 8, 12, 16, 24, 32, 48]),
  spectrum: spectrumParameter('power:1'),
  tau: tauParameter(5),
  times: timesParameter('log:1:200:60'),
  gammas: gammasParameter([0.02, 0.05, 0.1]),
  noise: noiseParameter,
  replicates: replicatesParameter(100),
  learningRate: learningRateParameter,
});

/** Gaussian noise on networks of several sizes that learn tasks of one law: when does overtraining begin? */
export const width: Scenario<WidthParameters, SizesPlan, typeof schema> = {
  id: 'width',
  title: 'Inflection of the perturbed loss in networks of several sizes',
  summary:
    'With the same spectrum law, a wider network first turns later, because it has more features to learn, and then earlier, because noise drowns them.',
  source: 'our theory, T1 and T3, on the linear model of arXiv 2503.19206, section 4',
  group: 'main paper',
  claims: ['T0', 'T1', 'T2', 'T3'],
  engines: ['modes', 'matrix', 'exact'],
  schema,
  tables: widthTables,
  rowOrder: {
    curve: ['dim', 'gamma', 'time'],
    inflection: ['dim', 'gamma'],
    scaling: ['gamma_set', 'dim'],
    accuracy: ['dim', 'gamma', 'time'],
  },
  figures: [
    {
      id: 'inflection',
      title: 'Inflection against the size of the network',
      table: 'scaling',
      x: { column: 'dim', label: 'dim', scale: 'log' },
      y: {
        theory: 'inflection_theory',
        simulation: 'inflection_sim',
        error: 'inflection_stderr',
        label: 'pre-training time of the inflection',
        scale: 'log',
      },
      series: 'gamma_set',
      seriesLabel: 'gamma',
    },
    {
      id: 'perturbed-loss',
      title: 'Loss under Gaussian noise',
      table: 'curve',
      x: { column: 'time', label: 'pre-training time', scale: 'log' },
      y: { theory: 'perturbed_loss_theory', simulation: 'perturbed_loss_sim', label: 'perturbed loss', scale: 'log' },
      series: 'dim',
      slice: 'gamma',
      inflection: { table: 'inflection', theory: 'time_theory', simulation: 'time_sim' },
    },
  ],
  resolve(parsed) {
    const parameters = parsed;
    const { dims, spectrum, times, gammas } = parameters;
    requireFittingSpectrum(spectrum, dims[0]!);
    const modes = dims.reduce((sum, dim) => sum + dim, 0);
    requireMemory('dims', dims, modes * MODE_BYTES);
    const networks = dims.length * gammas.length;
    requireTableMemory(
      'dims,gammas,times',
      `${networks * times.length} rows`,
      networks *
        (times.length * (widthTables.curve!.length + widthTables.accuracy!.length) +
          widthTables.inflection!.length +
          widthTables.scaling!.length),
    );
    return parameters;
  },
  plan: (parameters, request) => planSizes(parameters, width.engines, request),
  async *run({ parameters, sizes }, context) {
    const work = sizes.map(({ dim }) => dim ** 2);
    const total = work.reduce((sum, part) => sum + part, 0) * parameters.times.length;
    const turns: Turn[][] = parameters.gammas.map(() => []);
    const checks: NamedCheck[] = [];
    let done = 0;
    for (const [index, size] of sizes.entries()) {
      const name = `dim ${size.dim}`;
      const simulated = size.pretraining.simulated(context);
      const curves = curvesOf(size);
      for await (const event of curvesEvents(curves, simulated)) {
        if (event.kind === 'diverged') {
          yield { ...event, divergence: { ...event.divergence, network: `pre-training, ${name}` } };
        } else if (event.kind === 'progress') {
          // Noise on every weight of a checkpoint is what takes time.
          yield { ...event, done: done + event.done * work[index]!, total, label: `checkpoints, ${name}` };
        } else yield event;
      }
      done += work[index]! * parameters.times.length;
      const found = parameters.gammas.map((gamma, at) =>
        turnOf(size.pretraining.problem, gamma, size.study.gammas[at]!, parameters.times, curves.simulatedCurve(at)),
      );
      found.forEach((turn, at) => {
        turns[at]!.push(turn);
      });
      yield { kind: 'rows', table: 'inflection', rows: curves.inflections() };
      yield { kind: 'rows', table: 'scaling', rows: found.map(scalingRow) };
      checks.push(...curves.checks(simulated).map((check) => ({ name, check })));
    }
    yield { kind: 'rows', table: 'fit', rows: fitRows(turns) };
    for (const claim of width.claims) {
      yield { kind: 'check', check: worstCheck(checks.filter(({ check }) => check.claim === claim)) };
    }
  },
};

function curvesOf({ dim, study, pretraining }: PlannedSize): NoiseCurves {
  return new NoiseCurves(pretraining.problem, study, {
    prefix: [dim],
    curve: ({ gamma, time, perturbedLossTheory, perturbedLossSim }) => [
      gamma,
      time,
      perturbedLossTheory,
      perturbedLossSim,
    ],
  });
}

async function* curvesEvents(
  curves: NoiseCurves,
  simulated: SimulatedPretraining | undefined,
): AsyncGenerator<RunEvent, void, undefined> {
  if (simulated === undefined) yield* curves.theoryOnly();
  else yield* curves.simulate(simulated);
}

/** A list is the task of the smallest network too; a law is right for every size or for none. */
function requireFittingSpectrum(spectrum: string | readonly number[], smallest: number): void {
  const count = typeof spectrum === 'string' ? spectrum.split(',').length : spectrum.length;
  if (count > smallest) {
    throw new InvalidInputError(
      'spectrum',
      spectrum,
      `a law, or a list of at most ${smallest} singular values, the smallest of dims`,
    );
  }
  parseSpectrum(spectrum, smallest);
}
