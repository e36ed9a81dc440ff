import { type Action, type AppState, type Effect, initialState } from '../../../src/cli/tui/state/app-state.js';
import type { Key, KeyName } from '../../../src/cli/tui/state/bindings.js';
import { reduce } from '../../../src/cli/tui/state/reduce.js';
import type { RunOrder } from '../../../src/cli/tui/state/run.js';
import type { SavedSweep, SweepContents } from '../../../src/cli/tui/state/saved-sweep.js';
import { performRun } from '../../../src/cli/tui/worker/run-worker.js';
import type { RunDocument } from '../../../src/sim/scenario/run-document.js';
import type { RunEvent } from '../../../src/sim/scenario/scenario.js';
import { scenarios } from '../../../src/sim/scenarios/scenario-list.js';

const NAMES: ReadonlySet<string> = new Set<KeyName>([
  'up',
  'down',
  'left',
  'right',
  'page-up',
  'page-down',
  'home',
  'end',
  'enter',
  'escape',
  'tab',
  'backspace',
  'erase-line',
  'interrupt',
]);

/** A key by the word that stands for it: `enter`, or a character. */
export function key(word: string): Key {
  return NAMES.has(word) ? { name: word as KeyName } : { name: 'character', text: word };
}

/** The application as it opens in a window, with the real scenarios. */
export function opened(columns = 80, rows = 24, unicode = true): AppState {
  return initialState(scenarios, { columns, rows }, unicode);
}

/** The application with its effects written down instead of done. */
export class Recorder {
  readonly effects: Effect[] = [];

  constructor(public state: AppState = opened()) {}

  act(action: Action): this {
    const step = reduce(this.state, action);
    this.state = step.state;
    this.effects.push(...step.effects);
    return this;
  }

  /** Presses keys, given as words. */
  press(...words: readonly string[]): this {
    for (const word of words) this.act({ kind: 'key', key: key(word) });
    return this;
  }

  /** Types a text. */
  type(text: string): this {
    return this.press(...text);
  }

  /** Opens a scenario from the home screen, wherever it stands there. */
  open(id: string): this {
    return this.press('/').type(id).press('enter', 'enter');
  }

  /** The latest run that was ordered. */
  order(): RunOrder {
    const order = this.effects.flatMap((effect) => (effect.kind === 'start-run' ? [effect.order] : [])).at(-1);
    if (order === undefined) throw new Error('no run was ordered');
    return order;
  }

  /** Computes the latest run that was ordered, to its end, with these settings if they are given, not those on screen. */
  async compute(settings = this.order().settings): Promise<this> {
    const order = { ...this.order(), settings };
    await performRun(order, scenarios, new AbortController().signal, (news) => this.act(news));
    return this;
  }

  /** Hears of the latest run that was ordered what this document says, as if it had been computed here. */
  hear(document: RunDocument): this {
    const { run } = this.order();
    const { tables, checks, warnings, diverged, verdict, ...record } = document;
    this.act({ kind: 'run-events', run, events: eventsOf(document) });
    return this.act({ kind: 'run-ended', run, outcome: { status: 'finished', record } });
  }
}

/** Events of a run in the order in which it sends them, told again from its document. */
function eventsOf(document: RunDocument): readonly RunEvent[] {
  const { compute, tables, checks, warnings, diverged, verdict } = document;
  return [
    { kind: 'compute', compute },
    ...Object.entries(tables).map(([table, { rows }]) => ({ kind: 'rows' as const, table, rows })),
    ...checks.map((check) => ({ kind: 'check' as const, check })),
    ...warnings.map((text) => ({ kind: 'warning' as const, text })),
    ...diverged.map((divergence) => ({ kind: 'diverged' as const, divergence })),
    ...(verdict === undefined ? [] : [{ kind: 'verdict' as const, verdict }]),
  ];
}

/** Rows as a run of `gaussian` sends them, made up. */
export const someRows: readonly RunEvent[] = [
  {
    kind: 'compute',
    compute: {
      engine: 'modes',
      backend: 'webasm',
      requested: 'auto',
      device: 'made up',
      precision: 'f32',
      reason: 'for a test',
    },
  },
  {
    kind: 'rows',
    table: 'curve',
    rows: [
      [0.03, 1, 2, 0.1, 0.1, 0.01, 2.1, 2.1],
      [0.03, 2, 1, 0.2, 0.2, 0.01, 1.2, 1.2],
    ],
  },
];

/** Sweeps as the list has them, made up: one of each state. */
export const savedSweeps: readonly SavedSweep[] = (
  [
    ['complete', 24, null],
    ['running', 10, null],
    ['partial', 12, 'overtrain sweep results/partial/sweep.json --out results/partial --shard 2/2 --resume'],
    ['failed', 3, 'overtrain sweep results/failed/sweep.json --out results/failed --resume'],
  ] as const
).map(([state, kept, command]) => ({
  folder: `results/${state}`,
  ...{ scenario: 'gaussian', points: 24, state, kept, command },
}));

/** Results of a sweep over three axes with so many times: at the largest tau, training diverged; one point has no numbers. */
export function someSweep(times: number): SweepContents {
  const names = ['point', 'tau', 'target', 'time', 'loss_theory', 'loss_sim', 'failed_checks', 'diverged', 'error'];
  const rows = Array.from({ length: 3 * 2 * times }, (_, point) => {
    const [time, target, tau] = [1 + (point % times), Math.floor(point / times) % 2, Math.floor(point / times / 2)];
    const loss = (time - 4) ** 2 + tau + target + 1;
    if (point === 1) return [point, tau, 'erase:1', time, null, null, null, null, 'made up'];
    return [
      point,
      tau,
      ['erase:1', 'scale:2'][target]!,
      time,
      loss,
      tau === 2 ? null : loss,
      null,
      tau === 2 ? 9 : null,
      null,
    ];
  });
  return {
    summary: {
      ...{ points: 3 * 2 * times, rows: rows.length, table: 'points' },
      axes: [
        { column: 'tau', form: 'grid', scale: 'linear' },
        { column: 'target', form: 'list', scale: null },
        { column: 'time', form: 'row', scale: 'log' },
      ],
      results: [{ name: 'loss', theory: 'loss_theory', simulation: 'loss_sim', error: null }],
    },
    table: { columns: names.map((name) => ({ name, unit: '1', description: name })), rows },
    warnings: ['1 of 72 points has no numbers'],
  };
}
