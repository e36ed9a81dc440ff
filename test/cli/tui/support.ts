import type { Action } from '../../../src/cli/tui/state/action.js';
import { type AppState, initialState } from '../../../src/cli/tui/state/app-state.js';
import type { Effect } from '../../../src/cli/tui/state/effect.js';
import type { Key, KeyName } from '../../../src/cli/tui/state/key.js';
import { reduce } from '../../../src/cli/tui/state/reduce.js';
import { performRun } from '../../../src/cli/tui/worker/perform-run.js';
import type { RunOrder } from '../../../src/cli/tui/worker/run-order.js';
import type { RunEvent } from '../../../src/sim/scenario.js';
import { scenarios } from '../../../src/sim/scenario-list.js';

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
    const order = this.effects
      .flatMap((effect) => (effect.kind === 'start-run' ? [effect.order] : []))
      .at(-1);
    if (order === undefined) throw new Error('no run was ordered');
    return order;
  }

  /** Computes the latest run that was ordered, to its end. */
  async compute(): Promise<this> {
    await performRun(this.order(), scenarios, new AbortController().signal, (news) => this.act(news));
    return this;
  }
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
