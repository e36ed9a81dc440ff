import { describe, expect, test } from 'vitest';
import { hasRows } from '../../../../src/cli/tui/state/run.js';
import { Recorder, someRows } from '../support.js';
import { isOngoing } from './impossibilities.js';

const finished = {
  status: 'finished',
  record: {
    schema: 1,
    scenario: 'gaussian',
    params: {},
    seed: 1,
    compute: someRows.flatMap((event) => (event.kind === 'compute' ? [event.compute] : []))[0]!,
    versions: {},
    network_steps: 0,
    elapsed_ms: 12,
  },
} as const;

/** A full run of `gaussian` with some of its rows. */
function running(): Recorder {
  const app = new Recorder().press('enter', 'r');
  return app.act({ kind: 'run-events', run: app.order().run, events: someRows });
}

const notice = (app: Recorder) => app.state.notice?.text;

describe('home', () => {
  test('filters by all words, whatever is in the order, and opens what is found', () => {
    const app = new Recorder().press('/').type('rate TUNED').press('enter', 'enter');
    expect(app.state.experiment?.scenario).toBe('finetune-tuned');
    expect(app.press('escape').state.home.filter.text).toBe('rate TUNED');
    expect(app.press('escape').state.home.filter.text).toBe('');
  });

  test('the letters of commands are letters while a filter is typed', () => {
    const app = new Recorder().press('/').type('qj?');
    expect(app.state.exitCode).toBe(null);
    expect(app.state.home.filter.text).toBe('qj?');
  });

  test('a run that has ended is offered again, with its parameters and what it showed', () => {
    const app = running().act({ kind: 'run-ended', run: 2, outcome: finished });
    app.press('escape', 'j', 'enter', 'escape', 'G', 'enter');
    expect(app.state.experiment?.shown?.order.run).toBe(2);
    expect(app.state.experiment?.scenario).toBe('gaussian');
  });
});

describe('parameters', () => {
  test('an arrow steps the value and orders a preview by the exact engine, giving up the one before', () => {
    const app = new Recorder().press('enter', 'right', 'right');
    expect(app.state.drafts.gaussian?.settings).toEqual({ dim: '40' });
    expect(app.effects.map(({ kind }) => kind)).toEqual([
      'start-run',
      'cancel-run',
      'start-run',
      'cancel-run',
      'start-run',
    ]);
    expect(app.order()).toMatchObject({ isPreview: true, engine: 'exact', backend: 'auto', settings: { dim: '40' } });
    expect(app.press('left', 'left').state.drafts.gaussian?.settings).toEqual({});
  });

  test('a wrong value stays in the field and changes nothing', () => {
    const app = new Recorder().press('enter', 'enter', 'erase-line').type('-1').press('enter');
    expect(app.state.experiment?.edit?.message).toContain('dim');
    expect(app.state.drafts.gaussian).toBeUndefined();
    expect(app.press('escape').state.experiment?.edit).toBe(null);
  });

  test('a digit begins to type, enter takes the value, u gives the default back', () => {
    const app = new Recorder().press('enter').type('16').press('enter');
    expect(app.state.drafts.gaussian?.settings).toEqual({ dim: '16' });
    expect(app.press('u').state.drafts.gaussian?.settings).toEqual({});
  });

  test('cannot be changed while a run goes on', () => {
    const app = running().press('right');
    expect(notice(app)).toContain('a run is in progress');
    expect(app.press('enter').state.experiment?.edit).toBe(null);
    expect(app.press('7').state.experiment?.edit).toBe(null);
    expect(app.state.drafts.gaussian).toBeUndefined();
  });

  test('presets, engine, backend and seed are fields like the others', () => {
    const app = new Recorder()
      .press('/')
      .type('finetune')
      .press('enter', 'enter', 'right', 'end', 'right', 'up', 'right', 'up', 'right', 'r');
    expect(app.order()).toMatchObject({ seed: 2, engine: 'exact', backend: 'simd', settings: { preset: 'erase' } });
  });
});

describe('runs', () => {
  test('esc cancels a run and keeps what was computed, and only then leaves', () => {
    const app = running().press('escape');
    expect(app.state.screen).toBe('scenario');
    expect(app.effects.at(-1)).toEqual({ kind: 'cancel-run', run: 2 });
    app.act({ kind: 'run-ended', run: 2, outcome: { status: 'cancelled' } });
    expect(hasRows(app.state.experiment!.shown!)).toBe(true);
    expect(notice(app)).toContain('what was computed is on the screen');
    expect(app.press('escape').state.screen).toBe('home');
  });

  test('news of a run that is no longer wanted changes nothing', () => {
    const app = new Recorder().press('enter', 'right');
    const before = app.state;
    app.act({ kind: 'run-events', run: 1, events: someRows });
    app.act({ kind: 'run-ended', run: 1, outcome: finished });
    expect(app.state).toBe(before);
  });

  test('what was on the screen stays until the next run has something to show', () => {
    const app = running().act({ kind: 'run-ended', run: 2, outcome: finished }).press('r');
    expect(app.state.experiment?.shown?.order.run).toBe(2);
    app.act({ kind: 'run-events', run: 3, events: someRows });
    expect(app.state.experiment?.shown?.order.run).toBe(3);
    expect(isOngoing(app.state.experiment!.shown!)).toBe(true);
  });

  test('a run that fails says why', () => {
    const app = running().act({ kind: 'run-ended', run: 2, outcome: { status: 'failed', message: 'no memory' } });
    expect(app.state.notice).toEqual({ tone: 'bad', text: 'no memory' });
  });

  test('c leaves a run under the next, and takes it away again; maps cannot lie over each other', () => {
    const app = running().press('c');
    expect(app.state.experiment?.pinned?.order.run).toBe(2);
    expect(app.press('c').state.experiment?.pinned).toBe(null);
    const map = new Recorder().open('misalignment').press('c');
    expect(notice(map)).toContain('two maps');
  });
});

describe('saving', () => {
  test('asks for a folder, says why it cannot be taken, and that it was written', () => {
    const app = running().act({ kind: 'run-ended', run: 2, outcome: finished }).press('s');
    expect(app.effects.at(-1)).toEqual({ kind: 'suggest-folder', scenario: 'gaussian' });
    app.act({ kind: 'folder-suggested', folder: 'results/gaussian' }).press('enter');
    expect(app.effects.at(-1)).toMatchObject({ kind: 'save', folder: 'results/gaussian', run: { order: { run: 2 } } });
    app.act({ kind: 'not-saved', message: 'it is full' });
    expect(app.state.overlay).toMatchObject({ message: 'it is full', isBusy: false });
    app.press('enter').act({ kind: 'saved', run: 2, folder: 'results/gaussian' });
    expect(app.state.overlay).toBe(null);
    expect(notice(app)).toBe('saved in results/gaussian');
    expect(app.state.recent[0]?.folder).toBe('results/gaussian');
  });

  test('is for finished runs', () => {
    expect(notice(running().press('s'))).toContain('only a finished run');
  });
});

describe('claims', () => {
  test('f attacks the chosen claim, esc stops the attack and goes back', () => {
    const app = new Recorder().press('enter', 'tab', 'j', 'f');
    expect(app.effects.at(-1)).toEqual({ kind: 'start-attack', claim: 'T1' });
    app.act({ kind: 'attack', claim: 'T1', attack: { status: 'ongoing', done: 5, total: 10 } });
    expect(app.state.attacks.T1).toEqual({ status: 'ongoing', done: 5, total: 10 });
    app.press('escape');
    expect(app.effects.at(-1)).toEqual({ kind: 'cancel-attack' });
    expect(app.state.attacks).toEqual({});
    expect(app.state.overlay).toBe(null);
  });
});

describe('leaving', () => {
  test('q leaves at once where nothing is lost, and asks where something is', () => {
    expect(new Recorder().press('q').state.exitCode).toBe(0);
    expect(new Recorder().press('enter', 'q').state.exitCode).toBe(0);
    const app = running().press('q');
    expect(app.state.overlay).toEqual({ kind: 'quit', under: null });
    expect(app.press('n').state.overlay).toBe(null);
    expect(app.press('q', 'y').state.exitCode).toBe(0);
  });

  test('staying brings back what was asked over', () => {
    const app = new Recorder().press('enter', 'tab', 'f', 'q');
    expect(app.press('escape').state.overlay).toMatchObject({ kind: 'claim', claim: 'T0' });
  });
});
