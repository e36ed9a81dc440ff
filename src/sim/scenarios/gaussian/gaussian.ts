import { z } from 'zod';
import type { Problem } from '../../../theory/problem.js';
import { initialDeviation } from '../../noise/means.js';
import { NoiseCurves, type NoiseLayout, type NoiseStudy, noiseAccuracy } from '../../noise/noise-curves.js';
import { requireTableMemory } from '../../scenario/memory.js';
import type { Scenario } from '../../scenario/scenario.js';
import {
  gammasParameter,
  learningRateParameter,
  noiseParameter,
  replicatesParameter,
  shapeParameters,
  spectrumParameter,
  tauParameter,
  timesParameter,
} from '../../scenario/shared.js';
import {
  gammaColumn,
  lossColumn,
  noiseAccuracyColumns,
  perturbedLossColumn,
  sensitivityColumn,
  timeColumn,
  timeSimColumn,
  timeTheoryColumn,
} from '../../scenario/table.js';
import {
  type Pretraining,
  type PretrainingPlan,
  planPretraining,
  resolvePretraining,
} from '../../training/pretraining.js';

interface NoiseParameters {
  readonly gammas: readonly number[];
  readonly noise: 'absolute' | 'init';
  readonly replicates: number;
}

export type GaussianParameters = Pretraining & NoiseParameters;

const schema = z.object({
  ...shapeParameters(32),
  spectrum: spectrumParameter('power:1'),
  tau: tauParameter(5),
  times: timesParameter('log:0.1:300:60'),
  gammas: gammasParameter([0.03, 0.05, 0.07, 0.09]),
  noise: noiseParameter,
  replicates: replicatesParameter(200),
  learningRate: learningRateParameter,
});

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
  tables: {
    curve: [
      gammaColumn,
      timeColumn,
      lossColumn('')('pre-training loss of the checkpoint as the engine trained it, before noise'),
      sensitivityColumn('_theory')('expected rise of the loss under noise, closed form of the flow (T1)'),
      sensitivityColumn('_sim')('mean rise of the loss over the replicates'),
      sensitivityColumn('_stderr')('standard error of sensitivity_sim'),
      perturbedLossColumn('_theory')('expected loss under noise, closed form of the flow (T3)'),
      perturbedLossColumn('_sim')('loss + sensitivity_sim'),
    ],
    inflection: [gammaColumn, timeTheoryColumn, timeSimColumn],
    accuracy: noiseAccuracyColumns,
  },
  rowOrder: { curve: ['gamma', 'time'], accuracy: ['gamma', 'time'] },
  figures: [
    {
      id: 'perturbed-loss',
      title: 'Loss under Gaussian noise',
      table: 'curve',
      x: { column: 'time', label: 'pre-training time', scale: 'log' },
      y: {
        theory: 'perturbed_loss_theory',
        simulation: 'perturbed_loss_sim',
        error: 'sensitivity_stderr',
        label: 'perturbed loss',
        scale: 'linear',
      },
      series: 'gamma',
      inflection: { table: 'inflection', theory: 'time_theory', simulation: 'time_sim' },
    },
    {
      id: 'sensitivity',
      title: 'Sensitivity to Gaussian noise',
      table: 'curve',
      x: { column: 'time', label: 'pre-training time', scale: 'log' },
      y: {
        theory: 'sensitivity_theory',
        simulation: 'sensitivity_sim',
        error: 'sensitivity_stderr',
        label: 'sensitivity',
        scale: 'log',
      },
      series: 'gamma',
    },
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
    const curves = new NoiseCurves(plan.problem, plan.study, layout);
    if (simulated === undefined) yield* curves.theoryOnly();
    else yield* curves.simulate(simulated);
    yield { kind: 'rows', table: 'inflection', rows: curves.inflections() };
    for (const check of curves.checks(simulated)) yield { kind: 'check', check };
  },
};

const layout: NoiseLayout = {
  prefix: [],
  curve: (point) => [
    point.gamma,
    point.time,
    point.loss,
    point.sensitivityTheory,
    point.sensitivitySim,
    point.sensitivityError,
    point.perturbedLossTheory,
    point.perturbedLossSim,
  ],
};

function absoluteGammas({ gammas, noise, ...pretraining }: GaussianParameters): number[] {
  const scale = noise === 'init' ? initialDeviation(pretraining) : 1;
  return gammas.map((gamma) => gamma * scale);
}
