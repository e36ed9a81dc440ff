import * as fc from 'fast-check';
import { parseFineTuningTarget, parseSpectrum } from '../spectrum.js';
import { overshootThreshold, stagedInflection } from '../staged-finetuning.js';
import { type Conclusion, type Drawn, defineClaim, equal, tightest } from './engine/claim.js';
import { areWhole, areWithin, decades, quotients, singularValues } from './engine/draws.js';
import { pullWeight } from './engine/tuned-modes.js';

/** A pre-training spectrum and a fine-tuning task by their names, and a pull. */
const domain = fc.record({
  spectrum: fc.constantFrom('power', 'linear', 'geometric', 'list'),
  /** Exponent of the power law; its inverse power of two is the ratio of the geometric one. */
  exponent: quotients(0, 12, 4),
  /** Values of the list; their number is that of the modes for every spectrum. */
  values: singularValues(),
  task: fc.constantFrom('overshoot', 'scale', 'erase'),
  /** Modes that the task leaves as they are. */
  kept: fc.nat({ max: 12 }),
  /** What the others are multiplied by. */
  factor: fc.oneof(decades(-1, 2), quotients(0, 16, 4)),
  pull: fc.oneof(pullWeight, quotients(0, 8, 4)),
});

type Instance = Drawn<typeof domain>;

/** T4 and T5 for the tasks that a user names. */
export const overshootInflection = defineClaim({
  id: 'T4-overshoot',
  title: 'A task that multiplies the later modes by F turns at F = 2 + λ',
  statement:
    'Fine-tuned to convergence with a pull λ on the task that multiplies every mode after the n0-th by F, the fewest learned modes with the least pre-training loss are n0 where F ≥ 2+λ, all of them where F < 2+λ, and n0 where the modes are erased without a pull, so that erasing or shrinking features never makes the loss rise again.',
  origin: 'ours',
  domain,
  wellFormed: ({ exponent, values, kept, factor, pull }) =>
    areWithin([exponent], 0, 8) &&
    areWhole([values.length], 1, 12) &&
    values.every((value, index) => areWithin([value], 1e-6, 1e6) && value <= (values[index - 1] ?? Infinity)) &&
    areWhole([kept], 0, Infinity) &&
    areWithin([factor, pull], 0, 1e6),
  hypotheses: [],
  conclusion(instance) {
    const { values, exponent, pull } = instance;
    const count = values.length;
    const kept = instance.task === 'scale' ? 0 : Math.min(instance.kept, count);
    const factor = instance.task === 'erase' ? 0 : instance.factor;
    const [name, law] = spectrumOf(instance);
    const spectrum = parseSpectrum(name, count);
    const task = { overshoot: `overshoot:${kept}:${factor}`, scale: `scale:${factor}`, erase: `erase:${kept}` };
    const target = parseFineTuningTarget(task[instance.task], spectrum, () => 0);
    const named = spectrum.map((sigma, index) =>
      equal([`σ_${index + 1} of ${name}`, sigma / law(index)], ['its law', 1], 1e-14),
    );
    const tuned = target.map((value, index) =>
      equal(
        [`σ_${index + 1}^ft/σ_${index + 1} of ${task[instance.task]}`, value / law(index)],
        ['its factor', index < kept ? 1 : factor],
        1e-14 * (1 + factor),
      ),
    );
    const turns = factor >= 2 + pull || (factor === 0 && pull === 0);
    const inflection = equal(
      [`inflection of F = ${factor}, λ = ${pull}`, stagedInflection({ spectrum, target, pull })],
      [turns ? 'n0' : 'all modes', turns ? kept : count],
      1e-9,
    );
    const halfway = Math.ceil(count / 2);
    const bounded = equal(
      [`inflection among at most ${halfway} modes`, stagedInflection({ spectrum, target, pull }, halfway)],
      [turns ? 'n0 or those' : 'those', turns ? Math.min(kept, halfway) : halfway],
      1e-9,
    );
    const threshold = equal(['threshold of σ^ft/σ', overshootThreshold(pull)], ['2 + λ', 2 + pull], 1e-15 * (2 + pull));
    return tightest([...named, ...tuned, inflection, bounded, threshold, shuffled(spectrum, exponent)]);
  },
  toleranceReason:
    'powers and products are off by a few roundings; numbers of modes are exact, where F and 2 + λ are compared as they are',
});

function spectrumOf({ spectrum, exponent, values }: Instance): [name: string, law: (index: number) => number] {
  const ratio = 2 ** -exponent;
  switch (spectrum) {
    case 'power':
      return [`power:${exponent}`, (index) => Math.exp(-exponent * Math.log(index + 1))];
    case 'linear':
      return ['linear', (index) => 1 - index / values.length];
    case 'geometric':
      return [`geometric:${ratio}`, (index) => 2 ** (-exponent * index)];
    case 'list':
      return [values.join(','), (index) => values[index]!];
  }
}

/** That a shuffled task has the same singular values. */
function shuffled(spectrum: readonly number[], draw: number): Conclusion {
  const target = parseFineTuningTarget('shuffle', spectrum, () => (draw / 3) % 1);
  const sorted = [...target].sort((a, b) => b - a);
  return equal(
    [
      'largest change of a singular value by shuffling',
      Math.max(...sorted.map((value, index) => Math.abs(value - spectrum[index]!))),
    ],
    ['none', 0],
    Number.MIN_VALUE,
  );
}
