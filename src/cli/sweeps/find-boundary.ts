import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Scenario } from '../../sim/scenario/scenario.js';
import type { Cell, Column, Table } from '../../sim/scenario/table.js';
import {
  type Bracket,
  bracketsOf,
  middleOf,
  refined,
  type SearchedAxis,
  type Seen,
  searchedAxis,
  turningTest,
} from '../../sim/sweeps/boundary.js';
import { pointColumns } from '../../sim/sweeps/run-points.js';
import { Sweep } from '../../sim/sweeps/sweep.js';
import { InvalidInputError } from '../../theory/invalid-input.js';
import { exitCode } from '../output/error-line.js';
import type { CommandLineIo } from '../output/terminal.js';
import { csvText, readableNumber } from '../output/text-table.js';
import { makeFolders, notWritable } from '../results/files.js';
import { sweepFigureFiles } from '../sweep-figures/sweep-figure-files.js';
import { runShard, type ShardRunOptions } from './run-shard.js';
import { finishedShards, readCount, resultsOfAll } from './shards.js';
import { type LongTable, rowGroups, summaryOf, writeSweepDocument } from './sweep-document.js';
import type { SweepRequest } from './sweep-file.js';
import { enterSweepFolder, requireFolder, type SweepIdentity, searchCommandOf, sweepIdentity } from './sweep-folder.js';

interface SearchedLevel {
  readonly place: string;
  readonly identity: SweepIdentity;
  readonly sweep: Sweep;
}

const LEVEL: Column = { name: 'level', unit: '1', description: 'which of the sweeps, from 0' };

/** The long table of all levels of a search, with the columns of the first, and their number in front: points are numbered from 0 in each. */
function levelsTable(
  levels: readonly SearchedLevel[],
  scenario: Scenario,
  searched: SearchedAxis,
  rows: number,
  boundary: Table,
  command: string,
): LongTable {
  const first = levels[0]!.sweep;
  const columns = pointColumns(first, scenario);
  const summary = summaryOf(first, scenario, rows);
  return {
    summary: {
      ...summary,
      points: levels.reduce((sum, { sweep }) => sum + sweep.points, 0),
      axes: summary.axes.map((axis) =>
        axis.form === 'grid' ? { ...axis, form: 'list', scale: searched.isLog ? 'log' : 'linear' } : axis,
      ),
    },
    columns: [LEVEL, ...columns],
    async *groups() {
      for (const [level, { place, identity, sweep }] of levels.entries()) {
        const own = pointColumns(sweep, scenario).map(({ name }) => name);
        const order = columns.map(({ name }) => own.indexOf(name));
        const results = resultsOfAll(await finishedShards(place, identity.hash));
        for await (const { rows: part, group } of rowGroups(sweep, scenario, results))
          yield { rows: part.map((row) => [level, ...order.map((index) => row[index] ?? null)]), group };
      }
    },
    files: ['boundary.csv'],
    command,
    others: { boundary },
  };
}

/** How a boundary is searched, and how often its brackets are halved. */
type FindOptions = Pick<ShardRunOptions, 'threads' | 'resume' | 'quiet'> & { readonly levels: number };

/**
 * `overtrain sweep --find inflection`: the sweep, and then sweeps of the middles of those neighbours on its grid between which an
 * inflection comes or goes. Every level is a sweep in a folder of its own, `level-0` and so on; `boundary.csv` has the brackets that
 * are left.
 *
 * @throws InvalidInputError where the sweep has no grid to refine, or its table has no inflections
 * @throws DOMException `AbortError` when interrupted; finished points are kept
 */
export async function findBoundary(
  request: SweepRequest,
  { levels, threads, resume, quiet }: FindOptions,
  io: CommandLineIo,
): Promise<number> {
  const { scenario, sweep: first } = request;
  const folder = requireFolder(request);
  const axis = searchedAxis(first.definition);
  const others = first.names.filter((name) => name !== axis.name);
  const turns = turningTest(first.definition.table, scenario.tables[first.definition.table]!);
  const seen: Seen[] = [];
  let sweep = first;
  const tally = { rows: 0, checksFailed: 0 };
  const searched: SearchedLevel[] = [];
  let points = 0;
  let brackets: Bracket[] = [];
  for (let level = 0; ; level++) {
    const place = join(folder, `level-${level}`);
    const identity = await sweepIdentity(sweep.definition);
    await makeFolders(folder, []).catch((error) => {
      throw notWritable(folder, error);
    });
    await enterSweepFolder(place, identity, resume);
    const shard = { index: 1, count: 1 };
    await runShard({ ...request, sweep }, { folder: place, shard, identity, resume, threads, quiet }, io);
    for await (const result of resultsOfAll(await finishedShards(place, identity.hash))) {
      const { values } = sweep.at(result.point);
      const named = (name: string) => values[sweep.names.indexOf(name)];
      tally.rows += Math.max(1, result.rows.length);
      if (result.failed.length > 0) tally.checksFailed++;
      seen.push({ at: Number(named(axis.name)), others: others.map(named), turns: turns(result) });
    }
    searched.push({ place, identity, sweep });
    points += sweep.points;
    brackets = bracketsOf(seen);
    const middles = brackets.flatMap((bracket) => {
      const middle = middleOf(bracket, axis);
      return middle === undefined ? [] : [{ bracket, middle }];
    });
    if (level === levels || middles.length === 0) break;
    sweep = new Sweep(refined(first, axis, middles, points));
  }
  const boundary = boundaryTable(axis, others, brackets);
  await writeFile(join(folder, BOUNDARY), csvText(boundary), { flush: true }).catch((error) => {
    throw notWritable(folder, error);
  });
  const failed = seen.filter((one) => one.turns === undefined).length;
  const long = levelsTable(searched, scenario, axis, tally.rows, boundary, searchCommandOf(folder, levels));
  const found = { ...tally, points, failed };
  await writeSweepDocument(folder, searched[0]!.identity, long, found, io.drawSweep ?? sweepFigureFiles);
  const failures = failed === 0 ? '' : ` (${failed} without numbers)`;
  io.stdout.write(`${summary(folder, axis, others, brackets, `${points} points${failures}`)}\n`);
  return failed === 0 ? exitCode.done : exitCode.refuted;
}

function boundaryTable(axis: SearchedAxis, others: readonly string[], brackets: readonly Bracket[]): Table {
  const column = (name: string): Column => ({ name, unit: '1', description: name });
  return {
    columns: [...others, `${axis.name}_low`, `${axis.name}_high`].map(column),
    rows: brackets.map(({ others: values, low, high }) => [...values.map((value) => value as Cell), low, high]),
  };
}

const BOUNDARY = 'boundary.csv';
const MOST_SHOWN = 10;

function summary(
  folder: string,
  axis: SearchedAxis,
  others: readonly string[],
  brackets: readonly Bracket[],
  points: string,
): string {
  const lines = brackets.slice(0, MOST_SHOWN).map(({ others: values, low, high }) => {
    const where = others.map((name, index) => `${name} ${values[index]}, `).join('');
    return `  ${where}${axis.name} between ${readableNumber(low, 8)} and ${readableNumber(high, 8)}`;
  });
  const more = brackets.length > MOST_SHOWN ? [`  and ${brackets.length - MOST_SHOWN} more`] : [];
  const head = `${brackets.length} boundaries from ${points}: ${join(folder, BOUNDARY)}`;
  return [head, ...lines, ...more].join('\n');
}

/**
 * Reads what is to be found, and how often the brackets are halved.
 *
 * @throws InvalidInputError unless it is `inflection`, and a number of levels
 */
export function readFind(find: string, levels = '5'): number {
  if (find !== 'inflection') throw new InvalidInputError('--find', find, 'inflection');
  return readCount('--levels', levels, 0, 50);
}
