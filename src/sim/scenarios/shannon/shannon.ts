import { z } from 'zod';
import { InvalidInputError } from '../../../theory/invalid-input.js';
import { bootstrapIntervals } from '../../scaling/fit-law.js';
import { fitSurfaces, regionOf } from '../../scaling/fitted-surface.js';
import { scalingLaws } from '../../scaling/laws.js';
import { eventLoopTurns } from '../../scenario/event-loop.js';
import { figureOf, logarithmic, pretrainingTime } from '../../scenario/figure.js';
import { requireTableMemory } from '../../scenario/memory.js';
import { described, distinct, increasing, integer, numericList, positive } from '../../scenario/parameter.js';
import { notApplicable, type Scenario } from '../../scenario/scenario.js';
import * as shared from '../../scenario/shared.js';
import { declaring } from '../../scenario/table.js';
import { checkDecoupling, worstCheck } from '../../training/training-checks.js';
import { checkLossValley, checkRelativeNoise, scalingVerdict } from './checks.js';
import {
  accuracy,
  type BothFits,
  besideLaws,
  fit,
  fittedParameters,
  fittedParts,
  laws,
  parameters,
  surface,
  valley,
  valleysOf,
} from './columns.js';
import { planFlow, planMiniBatches, type SurfacesPlan, surfacesOf } from './shannon-surfaces.js';

interface ShannonPlan extends SurfacesPlan {
  readonly settings: ShannonParameters;
}

const schema = z.object({
  dim: shared.shapeParameters(64).dim,
  spectrum: shared.spectrumParameter('power:1'),
  tau: shared.tauParameter(3),
  widths: described(numericList(z.array(z.number().int().min(1).max(4096)).min(1).max(100).refine(increasing)), {
    default: '4,6,8,12,16,24,32,48,64',
    description: 'hidden widths of the networks, all on the same task: the N of the laws',
    unit: '1',
    range: 'an increasing list of integers from 1 to 4096',
    scale: 'log',
  }),
  times: shared.timesParameter('log:1:300:20'),
  snrs: described(numericList(z.array(z.number().min(1e-3).max(1e12)).min(1).max(20).refine(distinct)), {
    default: '2,5,20',
    description: 'signal-to-noise ratios: the noise on a layer has its squared norm divided by this',
    unit: '1',
    range: 'a list of distinct numbers from 0.001 to 1e12',
    scale: 'log',
  }),
  replicates: shared.replicatesParameter(30),
  learningRate: shared.learningRateParameter,
  batch: shared.batchParameter('full'),
  trainings: integer([1, 1000], 4, 'trainings of each width when batch is not full, each on its own mini-batches'),
  fitWidth: positive(1e15, 32, 'laws are fitted to widths up to this; the rest is held out'),
  fitTime: positive(1e15, 150, 'laws are fitted to times up to this; the rest is held out'),
  resamples: integer([2, 100_000], 50, 'bootstrap samples for the interval of every parameter'),
});

export type ShannonParameters = Readonly<z.output<typeof schema>>;

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
  ...declaring(surface, fit, parameters, valley, laws, accuracy),
  figures: [
    figureOf(surface, 'valley', 'Loss under relative noise', pretrainingTime, logarithmic('perturbed_loss'), {
      series: 'width',
      slice: 'snr',
    }),
    figureOf(
      laws,
      'laws',
      'Fitted laws at the largest width',
      pretrainingTime,
      { ...logarithmic('perturbed_loss'), theory: 'perturbed_loss_law' },
      { series: 'law', slice: 'snr' },
    ),
  ],
  resolve(parsed) {
    const { widths, times, snrs, fitWidth, fitTime, batch } = parsed;
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
    return batch === 'full' ? { ...parsed, trainings: 1 } : parsed;
  },
  plan(settings, request) {
    const { batch } = settings;
    const plan =
      batch === 'full'
        ? planFlow(settings, shannon.engines, request)
        : planMiniBatches({ ...settings, batch }, request);
    return { ...plan, settings };
  },
  async *run({ settings, train }, context) {
    const { times, snrs, batch, replicates, resamples } = settings;
    const turn = eventLoopTurns(context.signal);
    const trained = yield* train(context);
    const surfaces = surfacesOf(trained, snrs);
    const fitted: BothFits[] = [];
    for (const [position, law] of scalingLaws.entries()) {
      await turn();
      const theory = fitSurfaces(law, surfaces.theory, settings);
      await turn();
      const simulation = surfaces.simulation && fitSurfaces(law, surfaces.simulation, settings, theory);
      const both = { theory, simulation };
      fitted.push(both);
      yield fit.rows(fittedParts(both, settings));
      yield laws.rows(besideLaws(both, trained.at(-1)!.points));
      for (const [at, { fit: fittedLaw, points }] of (simulation ?? theory).fits.entries()) {
        const inside = points.filter((point) => regionOf(point, settings) === 'inside');
        const intervals = await bootstrapIntervals(fittedLaw, inside, resamples, context.seed, turn);
        yield parameters.rows(fittedParameters(both, at, intervals));
        const done = position * snrs.length + at + 1;
        yield { kind: 'progress', done, total: scalingLaws.length * snrs.length, label: 'fits' };
      }
    }
    for (const one of trained) yield valley.rows(valleysOf(one, fitted, times));
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
    yield { kind: 'verdict', verdict: scalingVerdict(ours!, theirs!, settings) };
  },
};
