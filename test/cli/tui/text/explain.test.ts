import { describe, expect, test } from 'vitest';
import { resultsOf } from '../../../../src/cli/tui/state/run.js';
import { explanation } from '../../../../src/cli/tui/text/overlay-text.js';
import { scenarios } from '../../../../src/sim/scenarios/scenario-list.js';
import { createProblem, learnedModes } from '../../../../src/theory/problem.js';
import { Recorder, someRows } from '../support.js';

function sentencesOf(app: Recorder): readonly string[] {
  return explanation(app.state);
}

test('of gaussian: the inflections of this run and the modes learned at each', async () => {
  const app = await new Recorder().press('enter').compute();
  const [summary, turning, verdict] = sentencesOf(app);
  expect(summary).toContain('U-shaped');
  const { tables } = resultsOf(app.state.experiment!.shown!, scenarios[0]!);
  const problem = createProblem({ dim: 32, spectrum: 'power:1', tau: 5 });
  for (const [gamma, time] of tables.inflection!.rows as readonly (readonly [number, number])[]) {
    const learned = learnedModes(problem, time);
    const words = `n* = ${learned} learned ${learned === 1 ? 'mode' : 'modes'}, for gamma = ${gamma}`;
    expect(turning).toContain(`t = ${Number(time.toPrecision(3))}, ${words}`);
  }
  expect(verdict).toBe('Computed by the exact engine: all 2 claims that apply hold.');
});

test('of a map: how far it goes and where it is greatest', async () => {
  const app = new Recorder().open('misalignment');
  for (const name of ['overshoots', 'angles']) {
    for (let moves = 0; fieldName(app) !== name && moves < 40; moves++) app.press('j');
    app.press('enter', 'erase-line').type('0,2').press('enter');
  }
  await app.compute();
  expect(sentencesOf(app)[1]).toMatch(
    /^In \d of 4 cells, .* is above 1 % of its maximum, [\d.e-]+ at angle \d+ and overshoot \d\.$/,
  );
});

describe('of a run that has not ended', () => {
  test('it says so and judges nothing', () => {
    const app = new Recorder().press('enter', 'r');
    app.act({ kind: 'run-events', run: app.order().run, events: someRows });
    expect(sentencesOf(app)[2]).toContain('but not finished');
  });
});

function fieldName(app: Recorder): string {
  const { experiment } = app.state;
  const scenario = scenarios.find(({ id }) => id === experiment!.scenario)!;
  return [...(scenario.presets ? ['preset'] : []), ...Object.keys(scenario.schema.shape)][experiment!.field] ?? '';
}
