import { type Column, modeColumn, type Row, sigmaColumn } from '../../scenario/table.js';
import type { AlignmentCell } from './alignment-map.js';
import { countPatterns, type Pattern } from './verdict.js';

const loss = (name: string, description: string): Column => ({ name, unit: 'loss', description });

const placeColumn: Column = {
  name: 'place',
  unit: '1',
  description: 'part of the way from pre-training to alignment at which the fine-tuning task stands',
};

const offsetColumn: Column = {
  name: 'offset',
  unit: '1',
  description: 'its distance to the side, in units of the length of the way',
};

const QUANTITIES: readonly (readonly [string, string])[] = [
  ['gain_base', 'fall of the alignment loss from the base network'],
  ['gain_ft', 'fall of the alignment loss from the fine-tuned network'],
  ['end_base', 'alignment loss after, from the base network'],
  ['end_ft', 'alignment loss after, from the fine-tuned network'],
  ['gain_difference', 'gain_base - gain_ft: positive where the base network gains more'],
  ['end_difference', 'end_base - end_ft: positive where the fine-tuned network ends better'],
];

/** Tables of `two-stage-alignment`. */
export const twoStageTables: Readonly<Record<string, readonly Column[]>> = {
  map: [
    placeColumn,
    offsetColumn,
    {
      name: 'between',
      unit: '1',
      description:
        'whether every singular value of the fine-tuned network lies between those of the base network and of the alignment task',
    },
    ...QUANTITIES.flatMap(([name, what]) => [
      loss(`${name}_theory`, `${what}; exact recurrence`),
      loss(`${name}_sim`, `${what}; simulated, null where nothing was simulated`),
    ]),
  ],
  boundary: [
    placeColumn,
    {
      name: 'offset',
      unit: '1',
      description:
        'largest offset at which the fine-tuning task lies between in every mode; null at places before the start or beyond the end',
    },
  ],
  patterns: [
    { name: 'region', unit: '1', description: 'between, or elsewhere' },
    { name: 'cells', unit: '1', description: 'cells of the map' },
    {
      name: 'gain',
      unit: '1',
      description: 'those that gain more from the base network, by 0.1 % of the loss before or more',
    },
    { name: 'end', unit: '1', description: 'those that end better from the fine-tuned network' },
    { name: 'both', unit: '1', description: 'those that do both, as published' },
    { name: 'opposite', unit: '1', description: 'those that show the opposite of one or both' },
  ],
  task: [
    modeColumn,
    sigmaColumn,
    { name: 'base', unit: '1', description: 'singular value of the base network' },
    { name: 'sigma_al', unit: '1', description: 'singular value of the alignment task' },
  ],
};

/** What a cell shows, as the run has it: simulated, or of theory where nothing was. */
export function patternOf(
  base: Pick<AlignmentCell, 'theory' | 'simulated'>,
  { theory, simulated, isBetween }: AlignmentCell,
): Pattern {
  const [first, second] = [base.simulated ?? base.theory, simulated ?? theory];
  return {
    isBetween,
    gainDifference: first.gain - second.gain,
    endDifference: first.after - second.after,
    scale: first.before,
  };
}

/** A row of the table `map`. */
export function mapRow(
  base: Pick<AlignmentCell, 'theory' | 'simulated'>,
  { place, offset, isBetween, theory, simulated }: AlignmentCell,
): Row {
  const pairs = [
    [base.theory.gain, base.simulated?.gain],
    [theory.gain, simulated?.gain],
    [base.theory.after, base.simulated?.after],
    [theory.after, simulated?.after],
  ] as const;
  const [gainBase, gainTuned, endBase, endTuned] = pairs;
  const difference = ([a, b]: readonly [number, number | undefined], [c, d]: readonly [number, number | undefined]) =>
    [a - c, b === undefined || d === undefined ? undefined : b - d] as const;
  const all = [...pairs, difference(gainBase, gainTuned), difference(endBase, endTuned)];
  return [place, offset, isBetween, ...all.flatMap(([predicted, seen]) => [predicted, seen ?? null])];
}

/** Rows of the table `patterns`. */
export function patternRows(cells: readonly Pattern[]): Row[] {
  return ([true, false] as const).map((inside) => {
    const {
      cells: count,
      gain,
      end,
      both,
      opposite,
    } = countPatterns(cells.filter(({ isBetween }) => isBetween === inside));
    return [inside ? 'between' : 'elsewhere', count, gain, end, both, opposite];
  });
}
