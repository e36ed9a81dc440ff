import { z } from 'zod';
import { InvalidInputError } from '../../../theory/invalid-input.js';
import { parseSpectrum } from '../../../theory/spectrum.js';
import {
  type NoiseAccuracyPoint,
  NoiseCurves,
  type NoisePoint,
  type NoiseTurn,
  noiseAccuracyColumns,
  perturbedLossSim,
} from '../../noise/noise-curves.js';
import { figureOf, logarithmic, pretrainingTime, turningTimes } from '../../scenario/figure.js';
import { requireMemory, requireTableMemory } from '../../scenario/memory.js';
import type { Scenario } from '../../scenario/scenario.js';
import * as shared from '../../scenario/shared.js';
import { declaring, gammaColumn, inLoss, table, timeColumn, turnColumns } from '../../scenario/table.js';
import { type NamedCheck, worstCheck } from '../../training/training-checks.js';
import { dimColumn, fit, scaling, scalingFits, type Turn, turnOf } from './width-scaling.js';
import { planSizes, type SizesPlan } from './width-sizes.js';

/** Bytes of a mode and its singular value in a problem that is held. */
const MODE_BYTES = 150;

const schema = z.object({
  dims: shared.dimsParameter([4, 6, 8, 12, 16, 24, 32, 48]),
  spectrum: shared.spectrumParameter('power:1'),
  tau: shared.tauParameter(5),
  times: shared.timesParameter('log:1:200:60'),
  gammas: shared.gammasParameter([0.02, 0.05, 0.1]),
  noise: shared.noiseParameter,
  replicates: shared.replicatesParameter(100),
  learningRate: shared.learningRateParameter,
});

export type WidthParameters = Readonly<z.output<typeof schema>>;

const curve = table<NoisePoint>('curve', {
  dim: dimColumn,
  gamma: gammaColumn,
  time: timeColumn,
  perturbed_loss_theory: inLoss('expected loss under noise, closed form of the flow (T3)', ({ theory, gamma }) =>
    theory.perturbedLoss(gamma),
  ),
  perturbed_loss_sim: inLoss('loss of the checkpoint + mean rise of the loss over the replicates', perturbedLossSim),
}).sortedBy('dim', 'gamma', 'time');

const inflection = table<NoiseTurn>('inflection', { dim: dimColumn, gamma: gammaColumn, ...turnColumns }).sortedBy(
  'dim',
  'gamma',
);

const accuracy = table<NoiseAccuracyPoint>('accuracy', { dim: dimColumn, ...noiseAccuracyColumns }).sortedBy(
  'dim',
  'gamma',
  'time',
);

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
  ...declaring(curve, inflection, scaling, fit, accuracy),
  figures: [
    figureOf(
      scaling,
      'inflection',
      'Inflection against the size of the network',
      logarithmic('dim'),
      logarithmic('inflection', 'pre-training time of the inflection'),
      { series: 'gamma_set', seriesLabel: 'gamma' },
    ),
    figureOf(curve, 'perturbed-loss', 'Loss under Gaussian noise', pretrainingTime, logarithmic('perturbed_loss'), {
      series: 'dim',
      slice: 'gamma',
      inflection: turningTimes,
    }),
  ],
  resolve(parsed) {
    const { dims, spectrum, times, gammas } = parsed;
    requireFittingSpectrum(spectrum, dims[0]!);
    const modes = dims.reduce((sum, dim) => sum + dim, 0);
    requireMemory('dims', dims, modes * MODE_BYTES);
    const networks = dims.length * gammas.length;
    const perTime = curve.columns.length + accuracy.columns.length;
    const cells = networks * (times.length * perTime + inflection.columns.length + scaling.columns.length);
    requireTableMemory('dims,gammas,times', `${networks * times.length} rows`, cells);
    return parsed;
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
      const tables = { curve, inflection, accuracy };
      const curves = new NoiseCurves(size.pretraining.problem, size.study, tables);
      for await (const event of curves.events(simulated)) {
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
      yield curves.inflections();
      yield scaling.rows(found);
      checks.push(...curves.checks(simulated).map((check) => ({ name, check })));
    }
    yield fit.rows(scalingFits(turns));
    for (const claim of width.claims) {
      yield { kind: 'check', check: worstCheck(checks.filter(({ check }) => check.claim === claim)) };
    }
  },
};

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
