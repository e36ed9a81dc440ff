import { InvalidInputError } from '../../theory/invalid-input.js';

/** Numbers as Slurm's `--array` has them: `1,3,5-8`. */
export function listText(numbers: readonly number[]): string {
  const runs: [number, number][] = [];
  for (const number of numbers) {
    const last = runs.at(-1);
    if (last !== undefined && last[1] === number - 1) last[1] = number;
    else runs.push([number, number]);
  }
  return runs.map(([from, to]) => (from === to ? `${from}` : `${from}-${to}`)).join(',');
}

/**
 * Reads numbers of shards, `1,3,5-8`.
 *
 * @throws InvalidInputError unless all are from 1 to `count`
 */
export function readList(option: string, text: string, count: number): number[] {
  const numbers = new Set<number>();
  for (const part of text.split(',')) {
    const [, from, to = from] = /^\s*(\d{1,6})(?:-(\d{1,6}))?\s*$/.exec(part) ?? [];
    const [first, last] = [Number(from), Number(to)];
    if (!(first >= 1 && first <= last && last <= count))
      throw new InvalidInputError(option, text, `numbers from 1 to ${count}, such as 1,3,5-8`);
    for (let number = first; number <= last; number++) numbers.add(number);
  }
  return [...numbers].sort((a, b) => a - b);
}

/** One of the parts into which a sweep is cut, counted from 1. */
export interface Shard {
  readonly index: number;
  readonly count: number;
}

type Environment = Readonly<Record<string, string | undefined>>;

const ALLOWED = 'I/N with 1 <= I <= N, such as 3/8';
const MOST_SHARDS = 100_000;

/** `3/8`, as the command line has it. */
export function shardText({ index, count }: Shard): string {
  return `${index}/${count}`;
}

/** `3-of-8`, as files are named. */
export function shardFileStem({ index, count }: Shard): string {
  return `${index}-of-${count}`;
}

/** Reads a file name's beginning back; undefined where it is of no shard. */
export function shardOfStem(stem: string): Shard | undefined {
  const [, index, count] = /^(\d{1,6})-of-(\d{1,6})$/.exec(stem) ?? [];
  return index === undefined ? undefined : { index: Number(index), count: Number(count) };
}

/**
 * The shard that a process is to compute: from `--shard`, or `--shard auto` from the array job of Slurm or the indexed job of
 * Kubernetes in which it runs.
 *
 * @param text what the command line says; undefined for the whole sweep
 * @throws InvalidInputError unless it is one of the shards
 */
export function readShard(text: string | undefined, env: Environment): Shard | undefined {
  if (text === undefined) return undefined;
  const [, scheduled] = /^auto(?:\/(\d{1,6}))?$/.exec(text.trim()) ?? [];
  if (/^auto/.test(text.trim())) return shardOfJob(text, scheduled, env);
  const [, index, count] = /^(\d{1,6})\/(\d{1,6})$/.exec(text.trim()) ?? [];
  return checked('--shard', text, Number(index), Number(count));
}

/** Slurm gives the first task and the number of tasks; Kubernetes only the index from 0, so the count comes from `auto/N`. */
function shardOfJob(text: string, count: string | undefined, env: Environment): Shard {
  const { SLURM_ARRAY_TASK_ID: task, SLURM_ARRAY_TASK_COUNT: tasks, SLURM_ARRAY_TASK_MIN: first } = env;
  if (task !== undefined) {
    // With N given the task's number is the shard's own: a resubmitted array has some of them only.
    if (count !== undefined) return checked('SLURM_ARRAY_TASK_ID', task, Number(task), Number(count));
    return checked('SLURM_ARRAY_TASK_ID', task, Number(task) - Number(first ?? 1) + 1, Number(tasks));
  }
  const { JOB_COMPLETION_INDEX: completion } = env;
  if (completion !== undefined)
    return checked('JOB_COMPLETION_INDEX', completion, Number(completion) + 1, Number(count));
  throw new InvalidInputError(
    '--shard',
    text,
    `${ALLOWED}, or auto within an array job (neither SLURM_ARRAY_TASK_ID nor JOB_COMPLETION_INDEX is set)`,
  );
}

function checked(option: string, value: string, index: number, count: number): Shard {
  if (Number.isInteger(index) && index >= 1 && index <= count && count <= MOST_SHARDS) return { index, count };
  const hint =
    option === '--shard'
      ? ALLOWED
      : `the number of a task in the array; --shard auto/N sets how many there are (${ALLOWED})`;
  throw new InvalidInputError(option, value, hint);
}
