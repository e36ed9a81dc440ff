import { render } from 'ink-testing-library';
import { describe, expect, test } from 'vitest';
import { cellWidth } from '../../../../src/cli/output/cell-width.js';
import { App } from '../../../../src/cli/tui/components/app.js';
import { homeItems } from '../../../../src/cli/tui/state/app-state.js';
import { spokenLines } from '../../../../src/cli/tui/text/spoken-lines.js';
import { scenarios } from '../../../../src/sim/scenarios/scenario-list.js';
import { some } from '../../../support/sample-size.js';
import { scenarioDocument } from '../../../support/scenario-documents.js';
import { opened, Recorder } from '../support.js';

const WINDOWS = [
  [44, 14],
  [60, 20],
  [80, 24],
  [100, 45],
] as const;

describe.each(scenarios.map(({ id }) => id))('%s', (id) => {
  test('is opened, previewed, drawn at every size, explained and reproduced', () => {
    const app = new Recorder(opened(100, 45));
    const position = homeItems(app.state).findIndex((item) => item.kind === 'scenario' && item.scenario.id === id);
    app.press(...Array.from({ length: position }, () => 'down'), 'enter');
    expect(app.state.experiment?.scenario).toBe(id);
    const { engines, figures } = scenarios.find((scenario) => scenario.id === id)!;
    if (!engines.includes('exact')) app.press('r');
    app.hear(scenarioDocument(id));
    expect(app.state.experiment?.shown?.status).toBe('finished');
    for (const [columns, rows] of some(WINDOWS, 1)) {
      app.act({ kind: 'resized', window: { columns, rows } });
      for (const words of [['v'], ['tab'], ['x'], ['escape', 'y'], ['escape', '?'], ['escape'], ['tab']])
        expectFits(app.press(...words), columns, rows);
    }
    expect(figures.length).toBeGreaterThan(0);
    expect(spokenLines(app.state).join(' ')).toMatch(/Computed by the \w+ engine/);
  });
});

function expectFits(app: Recorder, columns: number, rows: number): void {
  const { lastFrame, unmount } = render(<App state={app.state} display={{ colour: 'none', unicode: true }} />);
  const lines = lastFrame()!.split('\n');
  unmount();
  expect(lines.length).toBe(rows - 1);
  for (const line of lines) expect(cellWidth(line), line).toBeLessThanOrEqual(columns);
}
