import { z } from 'zod';
import { InvalidInputError } from '../../../theory/invalid-input.js';
import { singularValue } from '../../../theory/mode.js';
import { parseFineTuningTarget, parseSpectrum } from '../../../theory/spectrum.js';
import { stepsParameter, targetParameter } from '../../finetuning/finetuning-parameters.js';
import { linear, type MapFigure } from '../../scenario/figure.js';
import { requireTableMemory } from '../../scenario/memory.js';
import { described, increasing, readTimes } from '../../scenario/parameter.js';
import type { Resolved, Scenario } from '../../scenario/scenario.js';
import * as shared from '../../scenario/shared.js';
import { declaring } from '../../scenario/table.js';
import { planStages, requireSmallSteps, type StagesPlan } from '../../training/stages.js';
import { type ComparedModes, checkModeStages } from '../../training/training-checks.js';
import { type AlignmentStudy, alignBase, alignmentCells, offsetBetween, taskAt } from './alignment-map.js';
import { boundary, map, patternOf, patterns, task } from './two-stage-alignment-columns.js';
import { alignmentVerdict, checkTwoStage, countPatterns } from './verdict.js';

function grid(fallback: string, least: number, what: string) {
  const list = z.array(z.number().min(least).max(100)).min(1).max(1000).refine(increasing);
  return described(
    z.preprocess((value) => readTimes(value ?? fallback), list),
    {
      description: `${what}; default: ${fallback}`,
      unit: '1',
      range: `linear:FROM:TO:COUNT, or an increasing list of numbers from ${least} to 100`,
      scale: 'linear',
    },
  );
}

/** Cells of one network in the tables and of its modes while it is trained. */
const CELLS = 16;

const schema = z.object({
  dim: shared.shapeParameters(12).dim,
  spectrum: shared.spectrumParameter('power:0.5'),
  tau: shared.tauParameter(5),
  time: shared.durationParameter(30),
  target: targetParameter('scale:2'),
  places: grid(
    'linear:-0.5:2:26',
    -100,
    'positions of the fine-tuning task along the path from pre-training to alignment: 0 at its start, 1 at its end',
  ),
  offsets: grid('linear:0:1:11', 0, 'distances of the fine-tuning task from that path, in units of its length'),
  learningRate: shared.stageRateParameter(0.01, 'learning rate of fine-tuning and alignment'),
  finetuningSteps: shared.stageStepsParameter(1000, 'steps of fine-tuning'),
  steps: stepsParameter(40),
});

export type TwoStageParameters = Resolved<
  typeof schema,
  { readonly spectrum: readonly number[]; readonly target: readonly number[] }
>;

/** Alignment from the base network or from the fine-tuned one: which gains more, which ends better? */
export const twoStageAlignment: Scenario<
  TwoStageParameters,
  StagesPlan & { readonly parameters: TwoStageParameters; readonly study: AlignmentStudy },
  typeof schema
> = {
  id: 'two-stage-alignment',
  title: 'Alignment from the base network and from the fine-tuned one',
  summary:
    'Where fine-tuning is a step on the way to alignment, alignment gains more from the base network and ends better from the fine-tuned one; elsewhere the order reverses.',
  source: 'arXiv 2606.28998; claim T4-two-stage',
  group: 'citing papers',
  paper: {
    id: 'arXiv 2606.28998',
    title: 'Reward-Free Code Alignment from Pretrained or Fine-Tuned LLM: Unpacking the Trade-offs for Code Generation',
    claim:
      'Alignment for a fixed number of steps gains more from the base network, and ends better from the fine-tuned one.',
  },
  claims: ['T4-two-stage', 'T0-descent'],
  engines: ['modes', 'exact'],
  schema,
  presets: {
    'short-pre-training': { time: '3' },
    'long-alignment': { steps: '1000' },
    'far-alignment': { target: 'scale:4' },
  },
  ...declaring(map, boundary, patterns, task),
  figures: [
    advantageMap('gain', 'Gain from the base network minus gain from the fine-tuned one'),
    advantageMap('end', 'Final loss from the base network minus final loss from the fine-tuned one'),
  ],
  resolve(parsed) {
    const raw = parsed;
    const spectrum = [...parseSpectrum(raw.spectrum, raw.dim)];
    if (raw.target === 'shuffle') {
      throw new InvalidInputError('target', raw.target, 'a target that needs no seed');
    }
    const target = [...parseFineTuningTarget(raw.target, spectrum, () => 0)];
    if (target.every((goal, mode) => goal === spectrum[mode])) {
      throw new InvalidInputError('target', raw.target, 'a task that differs from pre-training');
    }
    const cells = raw.places.length * raw.offsets.length;
    requireTableMemory('places,offsets', `${cells} cells`, cells * (CELLS + 6 * raw.dim));
    const parameters = { ...raw, spectrum, target };
    requireSmallSteps('learningRate', raw.learningRate, largestOf(parameters));
    return parameters;
  },
  plan(parameters, request) {
    const { spectrum, tau, time, target, finetuningSteps, steps } = parameters;
    const start = Math.exp(-2 * tau);
    const base = spectrum.map((sigma) => singularValue({ sigma, start }, time));
    const study: AlignmentStudy = { ...parameters, base, goals: target, rate: parameters.learningRate };
    const demands = {
      largest: largestOf(parameters),
      smallest: Math.sqrt(base.reduce((least, value) => (value > 0 ? Math.min(least, value) : least), 1)),
      steps: finetuningSteps + steps,
    };
    return { ...planStages(demands, twoStageAlignment.engines, request), parameters, study };
  },
  async *run({ parameters, study, ...plan }, context) {
    const { spectrum, target, places, offsets } = parameters;
    const { base } = study;
    const rounding = plan.rounding(context.backend);
    yield task.rows(spectrum.map((sigma, mode) => ({ mode: mode + 1, sigma, base: base[mode]!, goal: target[mode]! })));
    yield boundary.rows(places.map((place) => ({ place, offset: offsetBetween(study, place) })));
    const fromBase = await alignBase(context.backend, study);
    const grid = places.flatMap((place) => offsets.map((offset) => ({ place, offset })));
    const cells = await alignmentCells(context.backend, study, grid);
    const points = cells.map((cell) => ({ ...cell, base: fromBase }));
    yield map.rows(points);
    yield { kind: 'progress', done: cells.length, total: cells.length, label: 'cells' };
    const shown = points.map(patternOf);
    const counted = (inside: boolean) => countPatterns(shown.filter(({ isBetween }) => isBetween === inside));
    yield patterns.rows([
      { region: 'between', ...counted(true) },
      { region: 'elsewhere', ...counted(false) },
    ]);
    const compared = [fromBase, ...cells].flatMap(({ theory, simulated }): ComparedModes[] =>
      simulated === undefined ? [] : [{ simulated: simulated.ends, exact: theory.ends }],
    );
    yield { kind: 'check', check: checkTwoStage(study, fromBase, cells, rounding) };
    yield { kind: 'check', check: checkModeStages(compared, rounding) };
    yield { kind: 'verdict', verdict: alignmentVerdict(shown) };
  },
};

/** Largest singular value of any task of the map. */
function largestOf(parameters: TwoStageParameters): number {
  const { spectrum, target, places, offsets } = parameters;
  const corners = [places[0]!, places.at(-1)!].flatMap((place) =>
    [0, offsets.at(-1)!].flatMap((offset) => taskAt({ spectrum, goals: target }, { place, offset })),
  );
  return [...spectrum, ...target, ...corners].reduce((most, value) => Math.max(most, value), 0);
}

/** A map of what the base network has over the fine-tuned one. */
function advantageMap(id: 'gain' | 'end', title: string): MapFigure {
  return {
    kind: 'map',
    id,
    title,
    table: 'map',
    x: linear('place', 'position of the fine-tuning task on the path to alignment'),
    y: linear('offset'),
    value: { label: 'advantage', theory: `${id}_difference_theory`, simulation: `${id}_difference_sim` },
    boundary: { table: 'boundary', x: 'place', y: 'offset', label: 'between below this line' },
  };
}
