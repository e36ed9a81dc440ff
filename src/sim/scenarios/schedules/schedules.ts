import { z } from 'zod';
import { scheduleNames } from '../../../theory/descent.js';
import type { Problem } from '../../../theory/problem.js';
import { judgePerturbationIdentity } from '../../noise/noise-checks.js';
import { figureOf, linear, logarithmic } from '../../scenario/figure.js';
import { between, choice, choices, described, numeric } from '../../scenario/parameter.js';
import { type Check, notApplicable, type Resolved, type Scenario } from '../../scenario/scenario.js';
import * as shared from '../../scenario/shared.js';
import { declaring } from '../../scenario/table.js';
import { startNames } from '../../training/network-start.js';
import { optimizers } from '../../training/optimizers.js';
import type { Pretraining } from '../../training/pretraining.js';
import { checkDecoupling, worstCheck } from '../../training/training-checks.js';
import { checkFlowLimit, type FlowError, flowErrors } from './convergence.js';
import { convergence, course, curve, equalLoss, inflection, ScheduleCurves } from './curves.js';
import { planSchedules, type SchedulesPlan } from './prepare.js';
import { resolveSchedules, scheduleOf } from './rates.js';

const peakRateParameter = described(z.union([z.literal('auto'), numeric(z.number().positive().max(1e6))]), {
  default: 'auto',
  description:
    'largest learning rate of every schedule; auto is the small rate of the optimizer, 1/(8 sigma_1) for gradient-descent, less on mini-batches',
  unit: 'flow time per step',
  range: 'auto, or a number above 0 and up to 1e6',
  scale: 'log',
});

const schema = z.object({
  ...shared.shapeParameters(12, { hidden: 6 }),
  spectrum: shared.spectrumParameter('power:0.5'),
  tau: shared.tauParameter(4),
  times: shared.timesParameter('log:1:300:24'),
  schedules: choices(
    scheduleNames,
    scheduleNames.join(','),
    'learning-rate schedules, one curve each; all have the same peak and the same sum',
  ),
  warmup: shared.warmupParameter,
  decay: between([0, 1], 0.2, 'share of the steps over which warmup-stable-decay falls to 0', {
    ...{ range: 'a number from 0 to 1 - warmup', scale: 'linear' },
  }),
  learningRate: peakRateParameter,
  batch: shared.batchParameter('8'),
  trainings: shared.trainingsParameter(4),
  optimizer: choice(
    optimizers.map(({ name }) => name),
    optimizers[0]!.name,
    'rule that turns gradients into steps; the theory covers gradient-descent',
  ),
  start: choice(
    startNames,
    'aligned',
    'weights before training: aligned with the task, balanced with random singular vectors, or random Gaussian',
  ),
  gammas: shared.oneGammaParameter(0.1),
  replicates: shared.replicatesParameter(50),
  sharpness: choice(
    ['on', 'off'],
    'on',
    'whether to record the largest eigenvalue of the Hessian, which takes time for large matrices',
    'on or off',
  ),
});

export type ParsedSchedules = z.output<typeof schema>;

export type ScheduleParameters = Resolved<typeof schema, Pretraining>;

/** Learning-rate schedules of pre-training: the same in the flow limit, different on mini-batches. */
export const schedules: Scenario<ScheduleParameters, SchedulesPlan, typeof schema> = {
  id: 'schedules',
  title: 'Learning-rate schedules of pre-training',
  summary:
    'Schedules with the same sum of rates end within O(largest rate) of each other; with gradient noise they differ, and further training makes the network ever more sensitive.',
  source: 'arXiv 2503.19206, section 3 (schedules); claims T9, T1, T0',
  group: 'main paper',
  claims: ['T9', 'T1', 'T0'],
  engines: ['matrix', 'modes', 'exact'],
  schema,
  presets: { 'flow-limit': { batch: 'full' } },
  ...declaring(curve, inflection, course, equalLoss, convergence),
  figures: [
    alongTraining('perturbed-loss', 'Loss under Gaussian noise, by schedule', logarithmic('perturbed_loss')),
    alongTraining('sensitivity', 'Sensitivity to Gaussian noise, by schedule', linear('sensitivity')),
    alongTraining('loss', 'Pre-training loss, by schedule', logarithmic('loss')),
    alongTraining('sharpness', 'Sharpness, by schedule', linear('sharpness')),
    figureOf(
      convergence,
      'convergence',
      'Distance from gradient flow, by schedule',
      logarithmic('learning_rate', 'largest learning rate'),
      { theory: 'bound', simulation: 'error', label: 'distance of a singular value', scale: 'log' },
      { series: 'schedule' },
    ),
  ],
  resolve: resolveSchedules,
  plan: planSchedules,
  async *run(plan, context) {
    const { parameters, problem, flow } = plan;
    const simulation = plan.simulated(context);
    const curves = new ScheduleCurves(problem, parameters, context.seed, flow);
    if (simulation === undefined) yield* curves.theoryOnly();
    else yield* curves.simulate(simulation);
    yield curves.inflections();
    yield equalLoss.rows(curves.equalLosses());
    const studies = hasFlowLimit(parameters)
      ? parameters.schedules.map((name) => flowErrors(problem, scheduleOf(name, parameters), parameters.times))
      : [];
    yield convergence.rows(studies.flat());
    for (const check of checksOf(problem, simulation !== undefined, parameters, curves, studies))
      yield { kind: 'check', check };
  },
};

/** Whether T9 speaks of these networks. */
function hasFlowLimit({ optimizer, start }: ScheduleParameters): boolean {
  return optimizer === 'gradient-descent' && start === 'aligned';
}

function alongTraining(id: string, title: string, y: ReturnType<typeof linear>) {
  return figureOf(course, id, title, logarithmic('time', 'sum of learning rates'), y, { series: 'schedule' });
}

function checksOf(
  problem: Problem,
  isSimulated: boolean,
  parameters: ScheduleParameters,
  { courses }: ScheduleCurves,
  studies: readonly (readonly FlowError[])[],
): Check[] {
  const { times, gammas, replicates, trainings } = parameters;
  const decoupling = courses.map(({ training, points, divergedAt }) => {
    const run = { problem, times, expected: training.expected, divergedAt };
    return {
      name: training.schedule,
      check:
        training.expected === undefined
          ? notApplicable('T0', 'modes stay apart only for plain descent on the expected loss from an aligned start')
          : checkDecoupling(run, points.map(asCheckpoint)),
    };
  });
  const identity = courses.map(({ training, points }) => ({
    name: training.schedule,
    check: judgePerturbationIdentity(
      problem,
      gammas,
      replicates * trainings,
      points.map((point) => ({
        checkpoint: asCheckpoint(point),
        excess: [{ mean: point.sensitivity.mean, standardError: point.noiseError }],
      })),
    ),
  }));
  const nothing = 'nothing was simulated: the exact engine is the closed form itself';
  return [
    hasFlowLimit(parameters)
      ? checkFlowLimit(studies)
      : notApplicable('T9', 'T9 is about plain descent from an aligned start'),
    !isSimulated ? notApplicable('T1', nothing) : worstCheck(identity),
    !isSimulated ? notApplicable('T0', nothing) : worstCheck(decoupling),
  ];
}

function asCheckpoint({
  time,
  singularValues,
  loss,
  squaredNorms,
}: ScheduleCurves['courses'][number]['points'][number]) {
  return { time, singularValues, loss: loss.mean, squaredNorms };
}
