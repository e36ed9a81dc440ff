import { randomBytes } from 'node:crypto';
import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { RunDocument } from '../../sim/run-document.js';
import type { Compute, Scenario } from '../../sim/scenario.js';
import { pointColumns, pointRows } from '../../sim/sweeps/point-table.js';
import type { PointResult } from '../../sim/sweeps/run-points.js';
import type { Sweep } from '../../sim/sweeps/sweep.js';
import type { Row } from '../../sim/table.js';
import { codeOf, notWritable } from '../results/file-errors.js';
import { RUN_FILE } from '../results/run-files.js';
import { FOLDER_VERSION, runJson, seal } from '../results/run-json.js';
import { MERGED, type Merged } from './merged-files.js';
import type { SweepIdentity } from './sweep-folder.js';

/** More rows than this stay out of `run.json`, which is read whole; the merged files have them. */
export const MOST_DOCUMENT_ROWS = 20_000;

/**
 * Writes `run.json` beside the merged files, so that the folder of a small sweep is a result folder: its one table is `points`, the long
 * table. A sweep of more than {@link MOST_DOCUMENT_ROWS} rows gets none.
 *
 * @throws InvalidInputError where it cannot be written
 */
export async function writeSweepDocument(
  folder: string,
  identity: SweepIdentity,
  sweep: Sweep,
  scenario: Scenario,
  results: AsyncGenerator<PointResult, void, undefined>,
  { rows: count, failed, checksFailed, points }: Merged,
): Promise<void> {
  const path = join(folder, RUN_FILE);
  if (count > MOST_DOCUMENT_ROWS) return rm(path, { force: true });
  const rows: Row[] = [];
  let computed: string | null = null;
  for await (const result of results) {
    rows.push(...pointRows(sweep, scenario, result));
    computed ??= result.compute;
  }
  const { definition, versions, git_commit } = identity;
  const warnings = [
    ...(failed === 0 ? [] : [`${failed} of ${points} points have no numbers; the column error says why`]),
    ...(checksFailed === 0
      ? []
      : [`a check of ${checksFailed} of ${points} points failed; see failed_checks`]),
  ];
  const document: RunDocument = {
    ...{ schema: 1, scenario: scenario.id, params: definition.params, seed: definition.seed },
    compute: computeOf(computed, definition.backend),
    tables: { points: { columns: pointColumns(sweep, scenario), rows } },
    ...{ checks: [], warnings, diverged: [], versions, network_steps: 0, elapsed_ms: 0 },
  };
  const temporary = join(folder, `.${RUN_FILE}.${randomBytes(6).toString('hex')}`);
  try {
    const names = [MERGED.csv, MERGED.parquet];
    const files = await Promise.all(
      names.map(async (name) => [name, seal(await readFile(join(folder, name)))] as const),
    );
    const record = {
      folder: FOLDER_VERSION,
      command: 'overtrain sweep FILE',
      git_commit,
      finished: new Date().toISOString(),
      files: Object.fromEntries(files),
    } as const;
    await writeFile(temporary, runJson(document, record), { flush: true });
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => {});
    throw codeOf(error) === undefined ? error : notWritable(folder, error, 'the merged files are whole');
  }
}

/** Of the first point that has numbers; the column `compute` has that of each. */
function computeOf(computed: string | null, requested: string): Compute {
  const [engine = 'exact', backend = 'host'] = (computed ?? '').split('/');
  const inFloat64 = ['host', 'reference', 'simd64', ''].includes(backend);
  return {
    engine: (engine === '' ? 'exact' : engine) as Compute['engine'],
    ...{ backend, requested, device: 'several points side by side' },
    precision: inFloat64 ? 'f64' : 'f32',
    reason: 'a sweep: the column compute says what ran for each point',
  };
}
