import type { StoredRun } from '../../src/cli/results/read-result.js';
import type { RunDocument } from '../../src/sim/scenario/run-document.js';

/** Places of a run that hold text of others. */
export const HOSTILE_PLACES = 10;

/** A run of `schedules`, whose series are names, with a hostile text in each of its places. */
export function hostileRun(document: RunDocument, texts: readonly string[]): StoredRun {
  const text = (index: number) => texts[index % texts.length] ?? '';
  const { course } = document.tables;
  const series = course!.columns.findIndex(({ name }) => name === 'schedule');
  const names = [...new Set(course!.rows.map((row) => row[series]))];
  const renamed = course!.rows.map((row) =>
    row.map((cell, index) => (index === series ? text(names.indexOf(cell)) : cell)),
  );
  return {
    folder: text(0),
    version: 2,
    command: text(1),
    gitCommit: text(2),
    finished: text(3),
    files: [],
    problems: [text(4)],
    document: {
      ...document,
      params: { ...document.params, [text(5)]: text(6) },
      warnings: [text(7)],
      diverged: [{ network: text(8), step: 1, learning_rate: 1 }],
      checks: [{ claim: text(9), verdict: 'fails', margin: null, tolerance: null, reason: text(0) }],
      versions: { [text(1)]: text(2) },
      compute: { ...document.compute, backend: text(3), device: text(4) },
      tables: {
        ...document.tables,
        course: { columns: course!.columns, rows: renamed },
        [text(5)]: { columns: [{ name: text(6), unit: text(7), description: text(8) }], rows: [[text(9)], [text(0)]] },
      },
    },
  };
}
