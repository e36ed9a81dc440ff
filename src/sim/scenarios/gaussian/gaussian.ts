import { z } from 'zod';
import type { Problem } from '../../../theory/problem.js';
import { initialDeviation } from '../../noise/means.js';
import {
  NoiseCurves,
  type NoisePoint,
  type NoiseStudy,
  type NoiseTurn,
  noiseAccuracy,
  noiseAccuracyColumns,
  perturbedLossSim,
} from '../../noise/noise-curves.js';
import { figureOf, linear, logarithmic, pretrainingTime, turningTimes } from '../../scenario/figure.js';
import { requireTableMemory } from '../../scenario/memory.js';
import type { Resolved, Scenario } from '../../scenario/scenario.js';
import * as shared from '../../scenario/shared.js';
import { declaring, estimate, gammaColumn, inLoss, table, timeColumn, turnColumns } from '../../scenario/table.js';
import {
  type Pretraining,
  type PretrainingPlan,
  planPretraining,
  resolvePretraining,
} from '../../training/pretraining.js';

const schema = z.object({
  ...shared.shapeParameters(32),
  spectrum: shared.spectrumParameter('power:1'),
  tau: shared.tauParameter(5),
  times: shared.timesParameter('log:0.1:300:60'),
  gammas: shared.gammasParameter([0.03, 0.05, 0.07, 0.09]),
  noise: shared.noiseParameter,
  replicates: shared.replicatesParameter(200),
  learningRate: shared.learningRateParameter,
});

export type GaussianParameters = Resolved<typeof schema, Pretraining>;

const curve = table<NoisePoint>('curve', {
  gamma: gammaColumn,
  time: timeColumn,
  loss: inLoss('pre-training loss of the checkpoint as the engine trained it, before noise', ({ loss }) => loss),
  sensitivity_theory: inLoss(
    'expected rise of the loss under noise, closed form of the flow (T1)',
    ({ theory, gamma }) => theory.sensitivity(gamma),
  ),
  ...estimate('sensitivity', 'loss', 'mean rise of the loss over the replicates', ({ excess }) => excess),
  perturbed_loss_theory: inLoss('expected loss under noise, closed form of the flow (T3)', ({ theory, gamma }) =>
    theory.perturbedLoss(gamma),
  ),
  perturbed_loss_sim: inLoss('loss + sensitivity_sim', perturbedLossSim),
}).sortedBy('gamma', 'time');

const inflection = table<NoiseTurn>('inflection', { gamma: gammaColumn, ...turnColumns });

const accuracy = table('accuracy', noiseAccuracyColumns).sortedBy('gamma', 'time');

/** The Gaussian half of the paper: noise on the weights hurts the more, the longer the network was trained. */
export const gaussian: Scenario<GaussianParameters, PretrainingPlan & { readonly study: NoiseStudy }, typeof schema> = {
  id: 'gaussian',
  title: 'Progressive sensitivity and catastrophic overtraining under Gaussian noise',
  summary: 'Noise on the weights hurts more after longer pre-training, so the perturbed loss is U-shaped in time.',
  source: 'arXiv 2503.19206, section 4 (Gaussian perturbation); claims T1, T2, T3',
  group: 'main paper',
  claims: ['T0', 'T1', 'T2', 'T3'],
  engines: ['modes', 'matrix', 'exact'],
  schema,
  ...declaring(curve, inflection, accuracy),
  figures: [
    figureOf(
      curve,
      'perturbed-loss',
      'Loss under Gaussian noise',
      pretrainingTime,
      { ...linear('perturbed_loss'), error: 'sensitivity_stderr' },
      { series: 'gamma', inflection: turningTimes },
    ),
    figureOf(curve, 'sensitivity', 'Sensitivity to Gaussian noise', pretrainingTime, logarithmic('sensitivity'), {
      series: 'gamma',
    }),
  ],
  resolve(parsed) {
    const parameters = resolvePretraining(parsed);
    requireTableMemory('times', parameters.times.length, parameters.times.length * parameters.gammas.length * 16);
    return parameters;
  },
  plan(parameters, request) {
    const study: NoiseStudy = {
      times: parameters.times,
      gammas: absoluteGammas(parameters),
      replicates: parameters.replicates,
      seed: request.seed,
    };
    const accuracy = (problem: Problem) => noiseAccuracy(problem, study);
    return { ...planPretraining(parameters, gaussian.engines, request, accuracy), study };
  },
  async *run(plan, context) {
    const simulated = plan.simulated(context);
    const curves = new NoiseCurves(plan.problem, plan.study, { curve, inflection, accuracy });
    yield* curves.events(simulated);
    yield curves.inflections();
    for (const check of curves.checks(simulated)) yield { kind: 'check', check };
  },
};

function absoluteGammas({ gammas, noise, ...pretraining }: GaussianParameters): number[] {
  const scale = noise === 'init' ? initialDeviation(pretraining) : 1;
  return gammas.map((gamma) => gamma * scale);
}
