import { type ReplayMethod, replayMethods } from './replay-method.js';

/** What a curve varies, the rest being as set. */
export type Sweep = 'pre-training' | 'width' | 'rate' | 'replay';

/** One point of a curve. */
export interface ReplaySetting {
  readonly sweep: Sweep;
  readonly method: ReplayMethod;
  readonly time: number;
  readonly hidden: number;
  readonly rate: number;
  /** Weight λ of replay or pull; 0 for none. */
  readonly replay: number;
}

/** What is varied, and the values that hold otherwise. */
export interface ReplayGrid {
  readonly times: readonly number[];
  readonly time: number;
  readonly widths: readonly number[];
  readonly hidden: number;
  readonly learningRates: readonly number[];
  readonly learningRate: number;
  readonly replays: readonly number[];
  readonly replay: number;
}

/** All points of all curves. */
export function replaySettings(grid: ReplayGrid): ReplaySetting[] {
  const { time, hidden, learningRate: rate, replay } = grid;
  const widest = grid.widths.at(-1)!;
  const of = (
    sweep: Sweep,
    methods: readonly ReplayMethod[],
    changes: readonly Partial<ReplaySetting>[],
  ): ReplaySetting[] =>
    methods.flatMap((method) =>
      changes.map((change) => {
        const setting = { sweep, method, time, hidden, rate, replay, ...change };
        return method === 'none' ? { ...setting, replay: 0 } : setting;
      }),
    );
  return [
    ...of(
      'pre-training',
      replayMethods,
      grid.times.map((value) => ({ time: value })),
    ),
    ...of(
      'pre-training',
      ['none', 'self-generated'],
      widest === hidden ? [] : grid.times.map((value) => ({ time: value, hidden: widest })),
    ),
    ...of(
      'width',
      replayMethods,
      grid.widths.map((value) => ({ hidden: value })),
    ),
    ...of(
      'rate',
      ['none', 'self-generated'],
      grid.learningRates.map((value) => ({ rate: value })),
    ),
    ...of(
      'replay',
      ['true-data', 'self-generated', 'pull'],
      grid.replays.map((value) => ({ replay: value })),
    ),
  ];
}

/** Value of a setting on the axis of its sweep. */
export function sweptValue({ sweep, time, hidden, rate, replay }: ReplaySetting): number {
  return { 'pre-training': time, width: hidden, rate, replay }[sweep];
}
