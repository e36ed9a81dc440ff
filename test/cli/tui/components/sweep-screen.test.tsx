import { render } from 'ink-testing-library';
import { afterEach, describe, expect, test } from 'vitest';
import { cellWidth } from '../../../../src/cli/output/cell-width.js';
import { App } from '../../../../src/cli/tui/components/app.js';
import { spokenLines } from '../../../../src/cli/tui/text/spoken-lines.js';
import { opened, Recorder, savedSweeps, someSweep } from '../support.js';

const mounted: { unmount(): void }[] = [];
afterEach(() => {
  for (const instance of mounted.splice(0)) instance.unmount();
});

function frameOf({ state }: Recorder, colour: 'none' | 'full' = 'none'): string[] {
  const instance = render(<App state={state} display={{ colour, unicode: state.unicode }} />);
  mounted.push(instance);
  return instance.lastFrame()!.split('\n');
}

/** The application with one of the sweeps open, the first being complete. */
function sweep(which = 0, columns = 100, rows = 30, unicode = true): Recorder {
  const app = new Recorder(opened(columns, rows, unicode)).act({ kind: 'saved-sweeps-read', sweeps: savedSweeps });
  app.press('G', ...Array.from({ length: savedSweeps.length - 1 - which }, () => 'up'), 'enter');
  return which === 0 ? app.act({ kind: 'sweep-read', folder: 'results/complete', read: someSweep(12) }) : app;
}

test('the list has every sweep with its points, how far it is and where', () => {
  const app = new Recorder(opened(100, 40)).act({ kind: 'saved-sweeps-read', sweeps: savedSweeps }).press('G');
  const text = frameOf(app).join('\n');
  expect(text).toContain('Recent sweeps');
  expect(text).toMatch(/gaussian +complete, 24 points \(results\/complete\)/);
  expect(text).toMatch(/gaussian +running, 10 of 24 points/);
  expect(text).toMatch(/gaussian +partial, 12 of 24 points/);
  expect(text).toMatch(/❯ gaussian +failed, 3 of 24 points/);
});

test('a complete sweep opens as a map of its results, with what diverged shown as that', () => {
  const app = sweep();
  expect(app.effects).toContainEqual({ kind: 'read-sweep', folder: 'results/complete' });
  const text = frameOf(app).join('\n');
  expect(text).toContain('sweep of gaussian  results/complete');
  expect(text).toContain('loss, target = erase:1');
  expect(text).toMatch(/\n2.D{20}/);
  expect(text).toMatch(/D diverged {3}× no value/);
  expect(text).toContain('complete, 24 points; 1 of 72 points has no numbers');
  expect(frameOf(app).at(-1)).toContain('v view  r result  a across  u upwards  s sort  esc back  ? help  q quit');
});

test('the views are a map, curves and a table; keys choose axes and cut what is not drawn', () => {
  const app = sweep();
  expect(frameOf(app.press('down')).join('\n')).toContain('loss, mean over target');
  expect(frameOf(app.press('up', 'up')).join('\n')).toContain('loss, target = scale:2');
  app.press('v');
  const curves = frameOf(app).join('\n');
  expect(curves).toMatch(/tau = 0 .*tau = 1 .*tau = 2/);
  expect(curves).toMatch(/theory.*simulation.*diverged/);
  expect(frameOf(app.press('u')).join('\n')).toContain('target = erase:1');
  expect(app.press('a').state.sweep?.choice).toMatchObject({ x: 'tau', panel: 'target' });
  app.press('v');
  const table = frameOf(app);
  expect(table[1]).toMatch(/^point +tau +target +time +loss_theory/);
  expect(table.join('\n')).toContain('rows 1 to 24 of 72, column point');
});

test('the table scrolls to its end and sorts by the column that is chosen, both ways', () => {
  const app = sweep().press('v', 'v', 'end');
  expect(frameOf(app).join('\n')).toContain('rows 49 to 72 of 72');
  app.press('right', 'right', 'right', 'right', 's');
  const losses = () =>
    frameOf(app)
      .slice(2, 25)
      .map((line) => Number(line.trim().split(/ {2,}/)[4]));
  const up = losses();
  expect(up).toEqual([...up].sort((a, b) => a - b));
  expect(frameOf(app)[1]).toContain('loss_theory +');
  app.press('s');
  const down = losses();
  expect(down).toEqual([...down].sort((a, b) => b - a));
  expect(down[0]).toBeGreaterThan(up.at(-1)!);
});

test('a sweep that is cut off shows the command that goes on with it, and escape leads back', () => {
  const app = sweep(3);
  const text = frameOf(app).join('\n');
  expect(text).toContain('failed, 3 of 24 points');
  expect(text).toContain('overtrain sweep results/failed/sweep.json --out results/failed --resume');
  expect(app.press('v', 'a', 'down', 's').press('escape').state.screen).toBe('home');
});

test('what could not be read is said; help has the keys; a screen reader hears the rows', () => {
  const app = sweep(3).press('escape').press('up', 'up', 'up', 'enter');
  app.act({ kind: 'sweep-read', folder: 'results/complete', read: 'run.json is damaged' });
  expect(frameOf(app).join('\n')).toContain('run.json is damaged');
  expect(frameOf(app.press('?')).join('\n')).toContain('next parameter for the horizontal axis');
  const spoken = spokenLines(sweep().state).join('\n');
  expect(spoken).toContain('Sweep of gaussian in results/complete: complete, 24 points.');
  expect(spoken).toContain('Drawn: loss, time, tau.');
  expect(spoken).toContain('rows 1 to 10 of 72');
});

describe.each([
  [44, 14],
  [60, 20],
  [80, 24],
  [100, 30],
])('at %i x %i', (columns, rows) => {
  test.each([true, false])('every view fits the window (beyond ASCII: %s)', (unicode) => {
    for (const which of [0, 2, 3]) {
      const app = sweep(which, columns, rows, unicode);
      for (let press = 0; press < 9; press++) {
        const frame = frameOf(app.press(...'varul'.slice(press % 5, (press % 5) + 1), 'v'));
        expect(frame.length).toBeLessThan(rows);
        for (const line of frame) {
          expect(cellWidth(line)).toBeLessThanOrEqual(columns);
          if (!unicode) expect(line).toMatch(/^[\x20-\x7e]*$/);
        }
        expect(frame.join('\n')).not.toContain('\u001b');
      }
    }
  });
});
