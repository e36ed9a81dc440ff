import { inLoss, modeColumn, pure, type Readings, sigmaColumn, table } from '../../scenario/table.js';
import type { AlignedNetwork, AlignmentCell } from './alignment-map.js';
import type { Pattern, PatternCount } from './verdict.js';

/** A cell of the map beside the base network, aligned as it is. */
export interface MapPoint extends AlignmentCell {
  readonly base: Pick<AlignmentCell, 'theory' | 'simulated'>;
}

const placeColumn = pure<{ readonly place: number }>(
  'position of the fine-tuning task along the path from pre-training to alignment: 0 at its start, 1 at its end',
  ({ place }) => place,
);

const QUANTITIES: readonly (readonly [string, string, (base: AlignedNetwork, tuned: AlignedNetwork) => number])[] = [
  ['gain_base', 'fall of the alignment loss from the base network', (base) => base.gain],
  ['gain_ft', 'fall of the alignment loss from the fine-tuned network', (_, tuned) => tuned.gain],
  ['end_base', 'alignment loss after, from the base network', (base) => base.after],
  ['end_ft', 'alignment loss after, from the fine-tuned network', (_, tuned) => tuned.after],
  [
    'gain_difference',
    'gain_base - gain_ft: positive where the base network gains more',
    (base, tuned) => base.gain - tuned.gain,
  ],
  [
    'end_difference',
    'end_base - end_ft: positive where the fine-tuned network ends better',
    (base, tuned) => base.after - tuned.after,
  ],
];

const quantities: Readings<MapPoint> = Object.fromEntries(
  QUANTITIES.flatMap(([name, what, of]) => [
    [`${name}_theory`, inLoss<MapPoint>(`${what}; exact recurrence`, ({ base, theory }) => of(base.theory, theory))],
    [
      `${name}_sim`,
      inLoss<MapPoint>(
        `${what}; simulated, null where nothing was simulated`,
        ({ base, simulated }) => simulated && of(base.simulated!, simulated),
      ),
    ],
  ]),
);

export const map = table<MapPoint>('map', {
  place: placeColumn,
  offset: pure('distance of the fine-tuning task from that path, in units of its length', ({ offset }) => offset),
  between: pure(
    'whether every singular value of the fine-tuned network lies between those of the base network and of the alignment task',
    ({ isBetween }) => isBetween,
  ),
  ...quantities,
}).sortedBy('place', 'offset');

export const boundary = table<{ readonly place: number; readonly offset: number | undefined }>('boundary', {
  place: placeColumn,
  offset: pure(
    'largest offset at which the fine-tuning task lies between in every mode; null at places before the start or beyond the end',
    ({ offset }) => offset,
  ),
});

export const patterns = table<PatternCount & { readonly region: string }>('patterns', {
  region: pure('between, or elsewhere', ({ region }) => region),
  cells: pure('cells of the map', ({ cells }) => cells),
  gain: pure(
    'cells where alignment gains more from the base network, by at least 0.1 % of the loss before',
    ({ gain }) => gain,
  ),
  end: pure('cells where alignment ends better from the fine-tuned network', ({ end }) => end),
  both: pure('cells that show both, as published', ({ both }) => both),
  opposite: pure('cells that show the opposite of one or both', ({ opposite }) => opposite),
});

interface TaskMode {
  readonly mode: number;
  readonly sigma: number;
  readonly base: number;
  readonly goal: number;
}

export const task = table<TaskMode>('task', {
  mode: modeColumn,
  sigma: sigmaColumn,
  base: pure('singular value of the base network', ({ base }) => base),
  sigma_al: pure('singular value of the alignment task', ({ goal }) => goal),
});

/** What a cell shows, as the run has it: simulated, or of theory where nothing was. */
export function patternOf({ base, theory, simulated, isBetween }: MapPoint): Pattern {
  const [first, second] = [base.simulated ?? base.theory, simulated ?? theory];
  return {
    isBetween,
    gainDifference: first.gain - second.gain,
    endDifference: first.after - second.after,
    scale: first.before,
  };
}
