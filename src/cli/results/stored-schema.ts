import { z } from 'zod';
import type { RunDocument } from '../../sim/scenario/run-document.js';
import type { Row } from '../../sim/scenario/table.js';
import type { SweepSummary } from '../sweep-figures/sweep-summary.js';
import { FOLDER_VERSION, type FolderRecord } from './run-json.js';

/** A result folder's `run.json` as this program understands it; version 1 had no more than the command beside the document. */
export type StoredFile = RunDocument & { readonly command: string; readonly sweep?: SweepSummary } & (
    | ({ readonly checksum: string } & FolderRecord)
    | { readonly folder?: undefined }
  );

// `constructor` and the like would be harmless as own keys, but no scenario is named so.
const PLAIN_NAME = /^(?!__proto__$)[A-Za-z0-9][\w.-]{0,200}$/;
const plainName = z.string().regex(PLAIN_NAME);
const sha256 = z.string().regex(/^[0-9a-f]{64}$/);
const finite = z.number();
/** Axes and results that figures can be asked for. */
const MOST_SWEPT = 200;

const column = z.object({ name: z.string(), unit: z.string(), description: z.string() });

/** Hand-made, since a table may have a million cells. */
const rows = z.custom<readonly Row[]>((value) => Array.isArray(value) && value.every(isRow));

function isRow(value: unknown): boolean {
  return (
    Array.isArray(value) &&
    value.every(
      (cell) =>
        cell === null || typeof cell === 'number' || typeof cell === 'string' || typeof cell === 'boolean',
    )
  );
}

const table = z
  .object({ columns: z.array(column), rows })
  .refine((value) => value.rows.every((row) => row.length === value.columns.length), {
    error: 'a row has more or fewer cells than there are columns',
  });

const columnName = z.string().nullable();

/** Characters of a sweep file that a run file repeats. */
export const MOST_FILE_TEXT = 2 ** 16;

/** Of a sweep; columns that are not there are found missing when they are drawn. */
const sweep = z.object({
  points: z.number().int().min(0),
  rows: z.number().int().min(0),
  table: z.enum(['points', 'cells']),
  axes: z
    .array(
      z.object({
        column: z.string(),
        form: z.enum(['grid', 'list', 'zip', 'random', 'row']),
        scale: z.enum(['linear', 'log']).nullable(),
      }),
    )
    .max(MOST_SWEPT),
  results: z
    .array(z.object({ name: z.string(), theory: columnName, simulation: columnName, error: columnName }))
    .max(MOST_SWEPT),
  file: z.string().max(MOST_FILE_TEXT).optional(),
});

const document = z.looseObject({
  schema: z.literal(1),
  scenario: z.string().regex(/^[a-z][a-z0-9-]{0,60}$/),
  params: z.record(z.string(), z.unknown()),
  seed: z.number().int().min(0).max(Number.MAX_SAFE_INTEGER),
  compute: z.object({
    engine: z.enum(['exact', 'modes', 'matrix']),
    backend: z.string(),
    requested: z.string(),
    device: z.string(),
    precision: z.enum(['f32', 'f64']),
    reason: z.string(),
  }),
  tables: z.record(plainName, table),
  checks: z.array(
    z.object({
      claim: z.string(),
      verdict: z.enum(['holds', 'fails', 'not-applicable']),
      margin: finite.nullable(),
      tolerance: finite.nullable(),
      reason: z.string(),
    }),
  ),
  warnings: z.array(z.string()),
  diverged: z.array(z.object({ network: z.string(), step: z.number(), learning_rate: finite.nullable() })),
  versions: z.record(z.string(), z.string()),
  network_steps: z.number().min(0).default(0),
  elapsed_ms: z.number().min(0),
  command: z.string(),
  sweep: sweep.optional(),
});

const folderRecord = {
  folder: z.literal(FOLDER_VERSION),
  git_commit: z.string().nullable(),
  finished: z.string(),
  files: z.record(plainName, z.object({ bytes: z.number().int().min(0), sha256 })),
  checksum: sha256,
};

/** `run.json` of the version before there were checksums. */
export const firstVersion = document.extend({ folder: z.undefined().optional() });

/** `run.json` of the version that is written now. */
export const thisVersion = document.extend(folderRecord);
