import { z } from 'zod';
import { InvalidInputError } from '../../../theory/invalid-input.js';
import { bootstrapIntervals } from '../../scaling/fit-law.js';
import { type FitRange, fitSurfaces, regionOf } from '../../scaling/fitted-surface.js';
import { scalingLaws } from '../../scaling/laws.js';
import { eventLoopTurns } from '../../scenario/event-loop.js';
import { requireTableMemory } from '../../scenario/memory.js';
import { notApplicable, type Scenario } from '../../scenario/scenario.js';
import {
  learningRateParameter,
  replicatesParameter,
  shapeParameters,
  spectrumParameter,
  tauParameter,
  timesParameter,
} from '../../scenario/shared.js';
import { checkDecoupling, worstCheck } from '../../training/training-checks.js';
import { batchParameter } from '../schedules/schedules-parameters.js';
import { checkLossValley, checkRelativeNoise, scalingVerdict } from './checks.js';
import { type BothFits, fitRows, lawRows, parameterRows, shannonTables, valleyRows } from './columns.js';
import type { SurfaceSettings } from './noisy-surface.js';
import {
  batchTrainingsParameter,
  fittedUpTo,
  ratiosParameter,
  resamplesParameter,
  widthsParameter,
} from './shannon-parameters.js';
import { planFlow, planMiniBatches, type SurfacesPlan, surfacesOf } from './shannon-surfaces.js';

export interface ShannonParameters extends SurfaceSettings, FitRange {
  /** Inputs in a mini-batch, or the expectation over all. */
  readonly batch: 'full' | number;
  /** Trainings of each width on mini-batches. */
  readonly trainings: number;
  readonly resamples: number;
}

interface ShannonPlan extends SurfacesPlan {
  readonly parameters: ShannonParameters;
}

const schema = z.object({
  dim: shapeParameters(64).dim,
  spectrum: spectrumParameter('power:1'),
  tau: tauParameter(3),
  widths: widthsParameter([4, 6, 8, 12, 16, 24, 32, 48, 64]),
  times: timesParameter('log:1:300:20'),
  snrs: ratiosParameter([2, 5, 20]),
  replicates: replicatesParameter(30),
  learningRate: learningRateParameter,
  batch: batchParameter('full'),
  trainings: batchTrainingsParameter(4),
  fitWidth: fittedUpTo(32, 'widths'),
  fitTime: fittedUpTo(150, 'times'),
  resamples: resamplesParameter(50),
});

/** The loss under relative noise over width and time: which law fits its valley, and which still does beyond? */
export const shannon: Scenario<ShannonParameters, ShannonPlan, typeof schema> = {
  id: 'shannon',
  title: 'Scaling laws for a loss with a valley',
  summary:
    'Under noise proportional to the weights, the loss has a valley in training time, which no law that only falls can fit.',
  source: 'arXiv 2605.23901 (Shannon scaling law); claims T8, T8-valley',
  group: 'citing papers',
  paper: {
    id: 'arXiv 2605.23901',
    title: 'LLMs as Noisy Channels: A Shannon Perspective on Model Capacity and Scaling Laws',
    claim:
      'A law of the capacity of a noisy channel fits losses that rise again with training, and extrapolates to larger models and longer training where laws that only fall fail.',
  },
  claims: ['T0', 'T8', 'T8-valley'],
  engines: ['modes', 'matrix', 'exact'],
  schema,
  presets: {
    'more-width': { fitWidth: '16', fitTime: '300' },
    'mini-batches': {
      dim: '32',
      widths: '2,3,4,6,8,12,16,24,32',
      times: 'log:1:100:16',
      fitWidth: '16',
      fitTime: '50',
      batch: '32',
      learningRate: '0.2',
    },
    'more-time': { fitWidth: '64', fitTime: '60' },
  },
  tables: shannonTables,
  rowOrder: { surface: ['snr', 'width', 'time'], accuracy: ['snr', 'width', 'time'], valley: ['snr', 'width'] },
  figures: [
    {
      id: 'valley',
      title: 'Loss under relative noise',
      table: 'surface',
      x: { column: 'time', label: 'pre-training time', scale: 'log' },
      y: {
        theory: 'perturbed_loss_theory',
        simulation: 'perturbed_loss_sim',
        error: 'perturbed_loss_stderr',
        label: 'perturbed loss',
        scale: 'log',
      },
      series: 'width',
      slice: 'snr',
    },
    {
      id: 'laws',
      title: 'Fitted laws at the largest width',
      table: 'laws',
      x: { column: 'time', label: 'pre-training time', scale: 'log' },
      y: { theory: 'perturbed_loss_law', simulation: 'perturbed_loss_sim', label: 'perturbed loss', scale: 'log' },
      series: 'law',
      slice: 'snr',
    },
  ],
  resolve(parsed) {
    const parameters = parsed;
    const { widths, times, snrs, fitWidth, fitTime, batch } = parameters;
    const count = widths.length * times.length * snrs.length;
    requireTableMemory('widths,times,snrs', `${count} points`, count * 40);
    if (times[0] === 0) throw new InvalidInputError('times', 0, 'times above 0, since the laws take powers of them');
    const inside = widths.filter((width) => width <= fitWidth).length * times.filter((time) => time <= fitTime).length;
    const most = Math.max(...scalingLaws.map((law) => law.parameters.length));
    if (inside <= most) {
      throw new InvalidInputError(
        'fitWidth,fitTime',
        `${fitWidth},${fitTime}`,
        `a range with more than ${most} points, since a law has that many parameters; it has ${inside}`,
      );
    }
    return batch === 'full' ? { ...parameters, trainings: 1 } : parameters;
  },
  plan(parameters, request) {
    const { batch } = parameters;
    const plan =
      batch === 'full'
        ? planFlow(parameters, shannon.engines, request)
        : planMiniBatches({ ...parameters, batch }, request);
    return { ...plan, parameters };
  },
  async *run({ parameters, train }, context) {
    const { times, snrs, batch, replicates, resamples } = parameters;
    const turn = eventLoopTurns(context.signal);
    const trained = yield* train(context);
    const surfaces = surfacesOf(trained, snrs);
    const fitted: BothFits[] = [];
    for (const [position, law] of scalingLaws.entries()) {
      await turn();
      const theory = fitSurfaces(law, surfaces.theory, parameters);
      await turn();
      const simulation = surfaces.simulation && fitSurfaces(law, surfaces.simulation, parameters, theory);
      const both = { theory, simulation };
      fitted.push(both);
      yield { kind: 'rows', table: 'fit', rows: fitRows(both, parameters) };
      yield { kind: 'rows', table: 'laws', rows: lawRows(both, trained.at(-1)!.points) };
      for (const [at, { fit, points }] of (simulation ?? theory).fits.entries()) {
        const inside = points.filter((point) => regionOf(point, parameters) === 'inside');
        const intervals = await bootstrapIntervals(fit, inside, resamples, context.seed, turn);
        yield { kind: 'rows', table: 'parameters', rows: parameterRows(both, at, intervals) };
        yield {
          kind: 'progress',
          done: position * snrs.length + at + 1,
          total: scalingLaws.length * snrs.length,
          label: 'fits',
        };
      }
    }
    for (const one of trained) {
      yield { kind: 'rows', table: 'valley', rows: valleyRows(one, fitted, times) };
    }
    const decoupled = trained.map(({ width, problem, simulated, checkpoints, divergedAt }) => ({
      name: `width ${width}`,
      check: checkDecoupling({ problem, times, expected: simulated?.expected, divergedAt }, checkpoints),
    }));
    yield {
      kind: 'check',
      check:
        batch === 'full'
          ? worstCheck(decoupled)
          : notApplicable('T0', `gradients of mini-batches of ${batch} inputs mix the modes`),
    };
    yield { kind: 'check', check: checkRelativeNoise(trained, replicates) };
    yield { kind: 'check', check: checkLossValley(trained) };
    const [ours, theirs] = fitted.map(({ theory, simulation }) => simulation ?? theory);
    yield { kind: 'verdict', verdict: scalingVerdict(ours!, theirs!, parameters) };
  },
};
