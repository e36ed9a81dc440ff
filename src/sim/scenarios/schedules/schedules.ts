import { z } from 'zod';
import type { Problem } from '../../../theory/problem.js';
import { judgePerturbationIdentity } from '../../noise/noise-checks.js';
import { type Check, notApplicable, type Scenario } from '../../scenario/scenario.js';
import {
  replicatesParameter,
  shapeParameters,
  spectrumParameter,
  tauParameter,
  timesParameter,
} from '../../scenario/shared.js';
import { lossColumn, perturbedLossColumn, type Row, timeSimColumn } from '../../scenario/table.js';
import { checkDecoupling, worstCheck } from '../../training/training-checks.js';
import { checkFlowLimit, type FlowError, flowErrors } from './convergence.js';
import { ScheduleCurves } from './curves.js';
import { planSchedules, type SchedulesPlan } from './prepare.js';
import { resolveSchedules, type ScheduleParameters, scheduleOf } from './rates.js';
import {
  convergenceColumns,
  courseColumns,
  equalLossColumns,
  scheduleColumn,
  summedTimeColumn,
} from './schedules-columns.js';
import {
  batchParameter,
  decayParameter,
  oneGammaParameter,
  optimizerParameter,
  peakRateParameter,
  schedulesParameter,
  sharpnessParameter,
  startParameter,
  trainingsParameter,
  warmupParameter,
} from './schedules-parameters.js';

const schema = z.object({
  ...shapeParameters(12, { hidden: 6 }),
  spectrum: spectrumParameter('power:0.5'),
  tau: tauParameter(4),
  times: timesParameter('log:1:300:24'),
  schedules: schedulesParameter,
  warmup: warmupParameter,
  decay: decayParameter,
  learningRate: peakRateParameter,
  batch: batchParameter('8'),
  trainings: trainingsParameter(4),
  optimizer: optimizerParameter,
  start: startParameter,
  gammas: oneGammaParameter(0.1),
  replicates: replicatesParameter(50),
  sharpness: sharpnessParameter,
});

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
  tables: {
    curve: [
      scheduleColumn,
      summedTimeColumn,
      perturbedLossColumn('_sim')('mean loss under noise over draws and trainings'),
      lossColumn('')('mean loss over the trainings; that of gradient flow with the exact engine'),
    ],
    inflection: [scheduleColumn, timeSimColumn],
    course: courseColumns,
    equal_loss: equalLossColumns,
    convergence: convergenceColumns,
  },
  figures: [
    {
      id: 'perturbed-loss',
      title: 'Loss under Gaussian noise, by schedule',
      table: 'course',
      x: { column: 'time', label: 'sum of learning rates', scale: 'log' },
      y: {
        theory: 'perturbed_loss_theory',
        simulation: 'perturbed_loss_sim',
        error: 'perturbed_loss_stderr',
        label: 'perturbed loss',
        scale: 'log',
      },
      series: 'schedule',
    },
    {
      id: 'sensitivity',
      title: 'Sensitivity to Gaussian noise, by schedule',
      table: 'course',
      x: { column: 'time', label: 'sum of learning rates', scale: 'log' },
      y: {
        theory: 'sensitivity_theory',
        simulation: 'sensitivity_sim',
        error: 'sensitivity_stderr',
        label: 'sensitivity',
        scale: 'linear',
      },
      series: 'schedule',
    },
    {
      id: 'loss',
      title: 'Pre-training loss, by schedule',
      table: 'course',
      x: { column: 'time', label: 'sum of learning rates', scale: 'log' },
      y: { theory: 'loss_theory', simulation: 'loss_sim', error: 'loss_stderr', label: 'loss', scale: 'log' },
      series: 'schedule',
    },
    {
      id: 'sharpness',
      title: 'Sharpness, by schedule',
      table: 'course',
      x: { column: 'time', label: 'sum of learning rates', scale: 'log' },
      y: { theory: 'sharpness_theory', simulation: 'sharpness_sim', label: 'sharpness', scale: 'linear' },
      series: 'schedule',
    },
    {
      id: 'convergence',
      title: 'Distance from gradient flow, by schedule',
      table: 'convergence',
      x: { column: 'learning_rate', label: 'largest learning rate', scale: 'log' },
      y: { theory: 'bound', simulation: 'error', label: 'distance of a singular value', scale: 'log' },
      series: 'schedule',
    },
  ],
  resolve: resolveSchedules,
  plan: planSchedules,
  async *run(plan, context) {
    const { parameters, problem, flow } = plan;
    const simulation = plan.simulated(context);
    const curves = new ScheduleCurves(problem, parameters, context.seed, flow);
    if (simulation === undefined) yield* curves.theoryOnly();
    else yield* curves.simulate(simulation);
    yield { kind: 'rows', table: 'inflection', rows: curves.inflections() };
    yield { kind: 'rows', table: 'equal_loss', rows: curves.equalLosses() };
    const studies = hasFlowLimit(parameters)
      ? parameters.schedules.map((name) => flowErrors(problem, scheduleOf(name, parameters), parameters.times))
      : [];
    yield { kind: 'rows', table: 'convergence', rows: studies.flat().map(convergenceRow) };
    for (const check of checksOf(problem, simulation !== undefined, parameters, curves, studies))
      yield { kind: 'check', check };
  },
};

/** Whether T9 speaks of these networks. */
function hasFlowLimit({ optimizer, start }: ScheduleParameters): boolean {
  return optimizer === 'gradient-descent' && start === 'aligned';
}

function convergenceRow({ schedule, rate, steps, error, bound, order }: FlowError): Row {
  return [schedule, rate, steps, error, bound, order ?? null];
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
