import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Action, Effect } from '../../../../src/cli/tui/state/app-state.js';
import { bindings } from '../../../../src/cli/tui/state/bindings.js';
import { samples } from '../../../support/sample-size.js';
import { key, opened, Recorder, savedSweeps, someRows, someSweep } from '../support.js';
import { impossibilities } from './impossibilities.js';

const boundKeys = [...new Set(Object.values(bindings).flatMap((table) => table.flatMap(({ keys }) => keys)))];
const word = fc.oneof(
  { weight: 12, arbitrary: fc.constantFrom(...boundKeys) },
  { weight: 3, arbitrary: fc.constantFrom('down', 'right', 'left', 'enter', 'r', 'f', 'tab') },
  { weight: 2, arbitrary: fc.constantFrom(...'0123456789.-,:eE') },
  { weight: 1, arbitrary: fc.string({ unit: 'grapheme', minLength: 1, maxLength: 1 }) },
);

/** What the world may answer to what was asked of it, timely or long after. */
type Move =
  | { readonly kind: 'press'; readonly word: string }
  | { readonly kind: 'resize'; readonly columns: number; readonly rows: number }
  | { readonly kind: 'answer'; readonly which: number; readonly how: number };

const move: fc.Arbitrary<Move> = fc.oneof(
  { weight: 10, arbitrary: fc.record({ kind: fc.constant('press' as const), word }) },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('resize' as const),
      columns: fc.integer({ min: 1, max: 260 }),
      rows: fc.integer({ min: 1, max: 70 }),
    }),
  },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('answer' as const), which: fc.nat(5), how: fc.nat(5) }) },
);

function answer(effects: readonly Effect[], which: number, how: number): Action | undefined {
  const effect = effects.at(-1 - which);
  switch (effect?.kind) {
    case 'start-run':
    case 'cancel-run': {
      const run = effect.kind === 'start-run' ? effect.order.run : effect.run;
      const progress = {
        done: 1,
        total: 2,
        label: 'checkpoints',
        millisecondsLeft: 100,
        perSecond: 10,
        networkStepsPerSecond: 0,
      };
      if (how < 2) return { kind: 'run-events', run, events: someRows, progress };
      if (how === 2) return { kind: 'run-ended', run, outcome: { status: 'cancelled' } };
      if (how === 3) return { kind: 'run-ended', run, outcome: { status: 'failed', message: 'made up' } };
      return { kind: 'run-ended', run, outcome: { status: 'finished', record: recordOf(run) } };
    }
    case 'start-attack':
      return how < 3
        ? { kind: 'attack', claim: effect.claim, attack: { status: 'ongoing', done: how, total: 3 } }
        : { kind: 'attack', claim: effect.claim, attack: { status: 'failed', message: 'made up' } };
    case 'read-sweep':
      return {
        kind: 'sweep-read',
        folder: effect.folder,
        read: how === 0 ? 'made up' : how === 1 ? someSweep(1) : someSweep(12),
      };
    case 'suggest-folder':
      return { kind: 'folder-suggested', folder: 'results/made-up' };
    case 'save':
      return how < 3
        ? { kind: 'saved', run: effect.run.order.run, folder: effect.folder }
        : { kind: 'not-saved', message: 'made up' };
    default:
      return undefined;
  }
}

function recordOf(run: number) {
  return {
    schema: 1 as const,
    scenario: 'gaussian',
    params: {},
    seed: 1,
    compute: someRows.flatMap((event) => (event.kind === 'compute' ? [event.compute] : []))[0]!,
    versions: {},
    network_steps: 0,
    elapsed_ms: run,
  };
}

function perform(app: Recorder, next: Move): void {
  if (next.kind === 'press') app.act({ kind: 'key', key: key(next.word) });
  else if (next.kind === 'resize') app.act({ kind: 'resized', window: next });
  else {
    const action = answer(app.effects, next.which, next.how);
    if (action !== undefined) app.act(action);
  }
}

test('no sequence of keys and answers crashes or leads to an impossible state', () => {
  fc.assert(
    fc.property(fc.array(move, { minLength: 1, maxLength: 60 }), fc.boolean(), (moves, unicode) => {
      const app = new Recorder(opened(80, 24, unicode));
      app.act({ kind: 'saved-sweeps-read', sweeps: savedSweeps });
      for (const next of moves) {
        perform(app, next);
        expect(impossibilities(app.state)).toEqual([]);
      }
    }),
    { numRuns: samples(500) },
  );
});

test('wherever the user is, esc leads home and ctrl-c out', () => {
  fc.assert(
    fc.property(fc.array(move, { maxLength: 40 }), (moves) => {
      const app = new Recorder().act({ kind: 'saved-sweeps-read', sweeps: savedSweeps });
      for (const next of moves) perform(app, next);
      if (app.state.exitCode !== null) return;
      // Whatever is being computed or written ends at some time.
      for (let tries = 0; tries < 12; tries++) {
        for (let which = 0; which < app.effects.length; which++) {
          const action = answer(app.effects, which, 2);
          if (action !== undefined) app.act(action);
        }
        if (app.state.screen === 'home' && app.state.overlay === null) break;
        app.press('escape');
      }
      expect(app.state.screen).toBe('home');
      expect(app.state.overlay).toBe(null);
      app.press('interrupt');
      expect(app.state.exitCode).toBe(130);
      expect(app.effects.at(-1)).toEqual({ kind: 'quit', exitCode: 130 });
    }),
    { numRuns: samples(167) },
  );
});
