import { fc, test as property } from '@fast-check/vitest';
import { describe, expect, it } from 'vitest';
import { compareRuns, twoSidedTail } from '../../../src/cli/compare/compare-runs.js';
import type { RunDocument } from '../../../src/sim/scenario/run-document.js';
import type { Cell } from '../../../src/sim/scenario/table.js';
import { gaussian } from '../../../src/sim/scenarios/gaussian/gaussian.js';
import { runScenario } from '../../support/documents.js';

const column = (name: string) => ({ name, unit: '1', description: name });

function runOf(rows: readonly (readonly Cell[])[], params = {}, names = NAMES): RunDocument {
  return {
    ...{ schema: 1, scenario: 'made-up', params, seed: 1, versions: {}, checks: [], warnings: [], diverged: [] },
    ...{ network_steps: 0, elapsed_ms: 0 },
    compute: { engine: 'exact', backend: 'host', requested: 'auto', device: '', precision: 'f64', reason: '' },
    tables: { curve: { columns: names.map(column), rows } },
  };
}

const NAMES = ['gamma', 'time', 'loss_theory', 'loss_sim', 'loss_stderr'];
const compared = (a: RunDocument, b: RunDocument) =>
  compareRuns({ folder: 'a', document: a, problems: [] }, { folder: 'b', document: b, problems: [] }, []);
const columnsOf = (a: RunDocument, b: RunDocument) =>
  Object.fromEntries(compared(a, b).tables[0]!.columns.map(({ column: name, ...rest }) => [name, rest]));

describe('two runs beside each other', () => {
  it('that are the same are equal to the last bit', () => {
    const run = runOf([[0.1, 1, 2, 2.1, 0.1]]);
    const { verdict, tables, settings } = compared(run, run);
    expect({ verdict, settings }).toEqual({ verdict: 'alike', settings: [] });
    expect(tables[0]).toMatchObject({ keys: ['gamma'], rows: { a: 1, b: 1, matched: 1 } });
    expect(tables[0]!.columns.every((one) => one.verdict === 'equal')).toBe(true);
  });

  it('are matched by their keys, whatever the order', () => {
    const rows = [
      [0.1, 1, 2, 2, 0.1],
      [0.1, 2, 3, 3, 0.1],
      [0.2, 1, 4, 4, 0.1],
    ];
    const { tables, verdict } = compared(runOf(rows), runOf([...rows].reverse()));
    expect(tables[0]).toMatchObject({ keys: ['gamma', 'time'], rows: { matched: 3 } });
    expect(verdict).toBe('alike');
    expect(compared(runOf(rows), runOf(rows.slice(1)))).toMatchObject({
      verdict: 'different',
      tables: [{ rows: { a: 3, b: 2, matched: 2 } }],
    });
  });

  it('have means judged by both standard errors, and other numbers by their bits', () => {
    const a = runOf([[0.1, 1, 2, 2, 0.3]]);
    const near = columnsOf(a, runOf([[0.1, 1, 2, 3, 0.4]]));
    expect(near.loss_sim).toMatchObject({ verdict: 'within-noise', z: -2, differing: 1, largest: 1 });
    expect(near.loss_sim!.p).toBeCloseTo(0.0455, 4);
    const far = columnsOf(a, runOf([[0.1, 1, 2 + 2 ** -51, 4, 0.4]]));
    expect(far.loss_sim).toMatchObject({ verdict: 'significant', z: -4 });
    expect(far.loss_theory).toMatchObject({ verdict: 'differs', differing: 1, z: null, p: null });
    expect(far.loss_stderr).toBeUndefined();
  });

  it('do not differ significantly for one of many numbers being far off by chance', () => {
    const rows = (shift: number) =>
      Array.from({ length: 1000 }, (_, i) => [i, 0, 0, i === 7 ? shift : 0, Math.SQRT1_2]);
    expect(columnsOf(runOf(rows(0)), runOf(rows(3.5))).loss_sim!.verdict).toBe('within-noise');
    expect(columnsOf(runOf(rows(0)), runOf(rows(5))).loss_sim!.verdict).toBe('significant');
  });

  it('leave unjudged what has no standard error, or a number on one side only', () => {
    const names = ['gamma', 'time_sim'];
    const verdict = columnsOf(runOf([[1, 2]], {}, names), runOf([[1, 3]], {}, names)).time_sim!.verdict;
    expect(verdict).toBe('unjudged');
    expect(columnsOf(runOf([[1, 1, 1, 2, 0.1]]), runOf([[1, 1, 1, null, null]])).loss_sim!.verdict).toBe('unjudged');
  });

  it('tell what was set differently', () => {
    const { settings } = compared(runOf([], { dim: 4, times: [1, 2] }), runOf([], { dim: 5, times: [1, 2], tau: 3 }));
    expect(settings).toEqual([
      { name: 'dim', a: 4, b: 5 },
      { name: 'tau', a: null, b: 3 },
    ]);
  });

  it('of the same setting and other seeds differ by noise alone; of other settings they differ', async () => {
    const small = { dim: '6', times: 'log:0.5:50:8', replicates: '100' };
    const runs: RunDocument[] = [];
    for (let seed = 1; seed <= 8; seed++) runs.push(await runScenario(gaussian, small, { seed }));
    const named = (document: RunDocument) => ({ folder: 'r', document, problems: [] });
    // 7 comparisons of two judged columns each: a false alarm in one of them has a probability below 7·2·0.01.
    const alarms = runs
      .slice(1)
      .filter((run) => compareRuns(named(runs[0]!), named(run), gaussian.figures).verdict === 'different');
    expect(alarms.length).toBeLessThanOrEqual(1);
    const other = await runScenario(gaussian, { ...small, tau: '4' });
    expect(compareRuns(named(runs[0]!), named(other), gaussian.figures).verdict).toBe('different');
  });
});

describe('the tail of the normal distribution', () => {
  it.each([
    [0, 1],
    [1, 0.31731050786291415],
    [2, 0.04550026389635842],
    [5, 5.733031437583892e-7],
    [10, 1.523970604832e-23],
    [37, 1.1e-299],
  ])('beyond ±%f is %f', (z, tail) => {
    expect(twoSidedTail(z) / tail).toBeGreaterThan(z === 37 ? 0.9 : 1 - 2e-7);
    expect(twoSidedTail(z) / tail).toBeLessThan(z === 37 ? 1.2 : 1 + 2e-7);
    expect(twoSidedTail(-z)).toBe(twoSidedTail(z));
  });

  property.prop([fc.double({ min: 0, max: 30, noNaN: true }), fc.double({ min: 1e-3, max: 1, noNaN: true })])(
    'falls',
    (z, step) => {
      expect(twoSidedTail(z + step)).toBeLessThan(twoSidedTail(z));
    },
  );
});
