import { InvalidInputError } from '../../theory/invalid-input.js';
import { uniformSource } from '../backends/random.js';
import { readNumber, readTimes } from '../scenario/parameter.js';

/** How one or several parameters vary over a sweep, as the sweep file says it. */
export type AxisForm =
  | { readonly parameter: string; readonly grid: string }
  | { readonly parameter: string; readonly list: readonly unknown[] }
  | { readonly zip: Readonly<Record<string, readonly unknown[]>> }
  | {
      readonly random: {
        readonly count: number;
        readonly seed: number;
        readonly parameters: Readonly<Record<string, string>>;
      };
    };

/** An axis with its values written out: `rows[i][j]` is value i of parameter `names[j]`. */
export interface Axis {
  readonly names: readonly string[];
  readonly rows: readonly (readonly unknown[])[];
}

/** Values of one axis beyond this many would not fit in memory beside everything else. */
const MOST_VALUES = 1_000_000;

const DISTRIBUTIONS = {
  uniform: (from: number, to: number, u: number) => from + u * (to - from),
  'log-uniform': (from: number, to: number, u: number) =>
    Math.exp(Math.log(from) + u * (Math.log(to) - Math.log(from))),
  integer: (from: number, to: number, u: number) => from + Math.floor(u * (to - from + 1)),
} as const;

/**
 * Writes the values of an axis out.
 *
 * @param form the axis
 * @param place number of the axis, from 0: random axes of equal seeds draw different numbers
 * @throws InvalidInputError for an axis without values, lists of different lengths, or a form that cannot be read
 */
export function writtenOut(form: AxisForm, place: number): Axis {
  if ('grid' in form) return { names: [form.parameter], rows: grid(form).map((value) => [value]) };
  if ('list' in form) {
    if (form.list.length === 0) throw empty(form.parameter);
    return { names: [form.parameter], rows: form.list.map((value) => [value]) };
  }
  return 'zip' in form ? zipped(form.zip) : random(form.random, place);
}

function grid({ parameter, grid: text }: { readonly parameter: string; readonly grid: string }): number[] {
  const [form, from, to, count] = text.trim().split(':');
  if ((form === 'log' || form === 'linear') && readNumber(count) === 1 && from === to) return [Number(from)];
  if (readNumber(count) === 0) throw empty(parameter);
  const values = /^(log|linear):/.test(text.trim()) ? readTimes(text) : undefined;
  if (!Array.isArray(values))
    throw new InvalidInputError(
      'axes',
      `${parameter}: ${text}`,
      `log:FROM:TO:COUNT or linear:FROM:TO:COUNT with FROM below TO and a COUNT from 2 to ${MOST_VALUES}`,
    );
  return values;
}

function zipped(lists: Readonly<Record<string, readonly unknown[]>>): Axis {
  const names = Object.keys(lists);
  const [first] = names;
  if (first === undefined || lists[first]!.length === 0) throw empty(first ?? 'zip');
  const count = lists[first]!.length;
  const other = names.find((name) => lists[name]!.length !== count);
  if (other !== undefined)
    throw new InvalidInputError(
      'axes',
      `zip of ${first} (${count} values) and ${other} (${lists[other]!.length})`,
      'lists of the same length',
    );
  return { names, rows: lists[first]!.map((_, index) => names.map((name) => lists[name]![index])) };
}

function random(
  {
    count,
    seed,
    parameters,
  }: { readonly count: number; readonly seed: number; readonly parameters: Readonly<Record<string, string>> },
  place: number,
): Axis {
  const names = Object.keys(parameters);
  if (names.length === 0 || count === 0) throw empty(names[0] ?? 'random');
  if (count > MOST_VALUES)
    throw new InvalidInputError('axes', `random: count ${count}`, `a count from 1 to ${MOST_VALUES}`);
  const draws = names.map((name) => drawer(name, parameters[name]!));
  const uniform = uniformSource(seed, 'sweep', place);
  return { names, rows: Array.from({ length: count }, () => draws.map((draw) => draw(uniform()))) };
}

function drawer(name: string, text: string): (u: number) => number {
  const [word = '', ...ends] = text.trim().split(':');
  const [from, to] = ends.map(readNumber);
  const distribution = Object.hasOwn(DISTRIBUTIONS, word)
    ? DISTRIBUTIONS[word as keyof typeof DISTRIBUTIONS]
    : undefined;
  const isReadable =
    ends.length === 2 &&
    typeof from === 'number' &&
    typeof to === 'number' &&
    Number.isFinite(from) &&
    Number.isFinite(to) &&
    from <= to;
  const isPossible =
    isReadable &&
    (word !== 'log-uniform' || from > 0) &&
    (word !== 'integer' || (Number.isInteger(from) && Number.isInteger(to)));
  if (distribution === undefined || !isPossible)
    throw new InvalidInputError(
      'axes',
      `${name}: ${text}`,
      'uniform:FROM:TO, log-uniform:FROM:TO with FROM above 0, or integer:FROM:TO',
    );
  return (u) => distribution(from, to, u);
}

function empty(parameter: string): InvalidInputError {
  return new InvalidInputError('axes', parameter, 'at least one value on every axis; this one is empty');
}
