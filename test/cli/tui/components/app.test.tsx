import { render } from 'ink-testing-library';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { cellWidth } from '../../../../src/cli/output/cell-width.js';
import { App, LiveApp } from '../../../../src/cli/tui/components/app.js';
import type { AppState } from '../../../../src/cli/tui/state/app-state.js';
import { Store } from '../../../../src/cli/tui/state/reduce.js';
import { resolveParameters } from '../../../../src/sim/scenario/resolve.js';
import { scenarios } from '../../../../src/sim/scenarios/scenario-list.js';
import { some } from '../../../support/sample-size.js';
import { SMALL } from '../../../support/scenario-documents.js';
import { key, opened, Recorder, someRows } from '../support.js';

/** The terminal that the library stands in for has so many columns. */
const COLUMNS = 100;

/** Only what never comes is given up. */
const HANG = { timeout: 240_000, interval: 5 };

const mounted: { unmount(): void }[] = [];
afterEach(() => {
  for (const instance of mounted.splice(0)) instance.unmount();
});

function frameOf(state: AppState, colour: 'none' | 'full' = 'none'): string[] {
  const instance = render(<App state={state} display={{ colour, unicode: state.unicode }} />);
  mounted.push(instance);
  return instance.lastFrame()!.split('\n');
}

function messageOfCommandLine(name: string, value: string): string {
  try {
    resolveParameters(scenarios[0]!, { [name]: value });
    return '';
  } catch (error) {
    return (error as Error).message;
  }
}

async function gaussian(columns = COLUMNS, rows = 30, unicode = true): Promise<Recorder> {
  return new Recorder(opened(columns, rows, unicode)).press('enter').compute(SMALL.gaussian);
}

describe('a frame', () => {
  test('of the home screen lists the scenarios in their groups with the claims of the chosen one', () => {
    const frame = frameOf(opened(COLUMNS, 24));
    expect(frame[0]).toMatch(/^overtrain › .* \d+ scenarios$/);
    expect(frame[1]).toBe('Scenarios from the main paper');
    expect(frame[2]).toMatch(/^❯ gaussian +Progressive sensitivity/);
    expect(frame.join('\n')).toContain('claims T0, T1, T2, T3');
    expect(frame.at(-1)).toContain('? help  q quit');
  });

  test('of a scenario shows chart, parameters with unit and range, and live verdicts', async () => {
    const { state } = await gaussian();
    const text = frameOf(state).join('\n');
    expect(text).toContain('Loss under Gaussian noise (1 of 2)');
    expect(text).toContain('gammas        0.03,0.05,0.07,0.09 weight');
    expect(text).toContain('an integer from 1 to 1048576;');
    expect(text).toContain('✓ T2          holds, margin');
    expect(text).toContain('preview by exact (f64), seed 1');
    expect(text).toContain('⠤⠤ theory   ╳ inflection');
  });

  test('shows what was wrong with a value while it is typed, in the words of the command line', async () => {
    const app = (await gaussian()).press('enter', 'erase-line').type('3.5');
    const { message } = app.state.experiment!.edit!;
    expect(message).toBe(messageOfCommandLine('dim', '3.5'));
    for (const word of message!.split(' ')) expect(frameOf(app.state).join('\n')).toContain(word);
    expect(frameOf(app.state).join('\n')).toContain('3.5▏');
  });

  test('of a refused run has all of the reason, also where a line is too short for it', async () => {
    const app = (await gaussian(60, 24)).press('r');
    const message = 'a reason that is so long that it does not by any means fit into the one line of the status';
    app.act({ kind: 'run-ended', run: app.order().run, outcome: { status: 'failed', message } });
    expect(frameOf(app.state).join(' ').replace(/\s+/g, ' ')).toContain(message);
  });

  test.each(
    some(
      [
        [100, 14],
        [100, 20],
        [100, 22],
        [100, 30],
        [60, 20],
      ] as const,
      2,
    ),
  )('at %i x %i always shows the entry that is chosen', async (columns, rows) => {
    const app = await gaussian(columns, rows);
    for (const name of ['dim', 'gammas', 'backend']) {
      while (!frameOf(app.state).join('\n').includes(`❯ ${name}`)) {
        const before = app.state.experiment!.field;
        if (app.press('down').state.experiment!.field === before) throw new Error(`${name} is never seen`);
      }
    }
    for (const claim of ['T0', 'T3'])
      expect(frameOf(app.press(...(claim === 'T0' ? ['tab'] : ['end'])).state).join('\n')).toMatch(
        new RegExp(`❯ . ${claim} `),
      );
  });

  test('shows of a long value the part around the cursor', async () => {
    const long = Array.from({ length: 40 }, (_, index) => `0.${index}`).join(',');
    const app = (await gaussian(60, 24)).press('enter', 'erase-line').type(long);
    expect(frameOf(app.state).join('\n')).toContain('0.37,0.38,0.39▏');
    expect(frameOf(app.press('home').state).join('\n')).toMatch(/▏0\.0,0\.1,.*…$/m);
  });

  test('of a run under way has its progress, pace and backend', async () => {
    const app = (await gaussian()).press('r');
    const progress = {
      done: 1,
      total: 4,
      label: 'checkpoints',
      millisecondsLeft: 3000,
      perSecond: 20,
      networkStepsPerSecond: 0,
    };
    app.act({ kind: 'run-events', run: app.order().run, events: someRows, progress });
    expect(frameOf(app.state).at(-2)).toMatch(/^ 25% 3 s left, 20 checkpoints\/s, modes on webasm \(f32\) {2}━+─+$/);
  });

  test.each(
    some(
      [
        [44, 14],
        [60, 20],
        [80, 24],
        [COLUMNS, 30],
      ] as const,
      2,
    ),
  )('at %i x %i never is as tall as the window nor wider', async (columns, rows) => {
    for (const unicode of [true, false]) {
      const app = await gaussian(columns, rows, unicode);
      for (const words of [[], ['tab'], ['?'], ['escape', 'x'], ['escape', 'y'], ['escape', 'tab', 'c'], ['right']]) {
        const frame = frameOf(app.press(...words).state);
        expect(frame.length, words.join()).toBe(rows - 1);
        for (const line of frame) expect(cellWidth(line), line).toBeLessThanOrEqual(columns);
        if (!unicode) expect(frame.join('')).toMatch(/^[\u0020-\u007e]*$/);
      }
    }
  });

  test('of a window that is too small says what is needed, and how to leave', () => {
    const frame = frameOf(opened(30, 8));
    expect(frame.join(' ')).toContain('This window has 30 x 8 cells; enlarge it to at least 44 x 14');
    expect(frame.length).toBeLessThan(8);
  });

  test('has colours only where the terminal has', async () => {
    const { state } = await gaussian();
    expect(frameOf(state, 'full').join('')).toContain('\u001b[38;2;');
    expect(frameOf(state).join('')).not.toContain('\u001b[');
  });
});

describe('the live application', () => {
  test('draws again after keys, also several in one piece', async () => {
    const store = new Store(opened(COLUMNS, 24), () => {});
    const { stdin, lastFrame, unmount } = render(<LiveApp store={store} display={{ colour: 'none', unicode: true }} />);
    mounted.push({ unmount });
    const shows = (text: string) => vi.waitFor(() => expect(lastFrame()).toContain(text), HANG);
    // Ink listens only after it has drawn.
    await vi.waitFor(() => expect(stdin.listenerCount('readable')).toBeGreaterThan(0), HANG);
    stdin.write('jj');
    await shows('❯ finetune ');
    stdin.write('/incr');
    await shows('/incr▏');
    expect(store.state().home.filter.text).toBe('incr');
    stdin.write('\u001b[A\r\r');
    await shows('overtrain › incremental');
  });

  test('draws news of runs without a key', async () => {
    const app = await gaussian();
    const store = new Store(app.press('r').state, () => {});
    const { lastFrame, unmount } = render(<LiveApp store={store} display={{ colour: 'none', unicode: true }} />);
    mounted.push({ unmount });
    const shows = (text: string) => vi.waitFor(() => expect(lastFrame()).toContain(text), HANG);
    await shows('overtrain › gaussian');
    store.dispatch({ kind: 'run-events', run: app.order().run, events: someRows });
    await shows('running on modes on webasm (f32)');
    store.dispatch({ kind: 'key', key: key('escape') });
    await shows('stopping; what was computed is kept');
  });
});
