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
