/** Some of the networks of an ensemble, or of the draws of noise. */
export interface Range {
  readonly from: number;
  readonly to: number;
}

/** Ranges that cover `count` items, none longer than `most`. */
export function* ranges(count: number, most: number): Generator<Range> {
  for (let from = 0; from < count; from += most) yield { from, to: Math.min(count, from + most) };
}

/**
 * What belongs to some networks of a record whose arrays have a share for each of `count`: views of the arrays, the number of those
 * networks, and all else as it is.
 */
export function shareOf<Shares>(whole: Shares, count: number, range: Range): Shares {
  if (whole instanceof Float64Array) {
    const size = whole.length / count;
    return whole.subarray(range.from * size, range.to * size) as Shares;
  }
  return mapped(whole, (part, name) => (name === 'count' ? range.to - range.from : shareOf(part, count, range)));
}

/** Records of the same form side by side: their arrays one after the other, their `count` added up, all else as in the first. */
export function joined<Shares>(parts: readonly Shares[]): Shares {
  const first = parts[0]!;
  if (parts.length === 1) return first;
  if (first instanceof Float64Array) return concatenated(parts as readonly Float64Array[]) as Shares;
  return mapped(first, (_, name) => {
    const all = parts.map((part) => part[name as keyof Shares] as unknown);
    return name === 'count' ? (all as number[]).reduce((sum, count) => sum + count, 0) : joined(all);
  });
}

/** A record or list of what becomes of each of its parts; anything else as it is. */
function mapped<Whole>(whole: Whole, change: (part: unknown, name: string) => unknown): Whole {
  if (Array.isArray(whole)) return whole.map((part, index) => change(part, String(index))) as Whole;
  if (typeof whole !== 'object' || whole === null) return whole;
  return Object.fromEntries(Object.entries(whole).map(([name, part]) => [name, change(part, name)])) as Whole;
}

/** Arrays one after the other. */
export function concatenated(arrays: readonly Float64Array[]): Float64Array {
  const all = new Float64Array(arrays.reduce((sum, { length }) => sum + length, 0));
  let place = 0;
  for (const part of arrays) {
    all.set(part, place);
    place += part.length;
  }
  return all;
}

/** What a call gives on an ensemble of which it takes at most so many networks at a time. */
export async function inParts<Batch extends { readonly count: number }, Result>(
  batch: Batch,
  most: number,
  call: (part: Batch, range: Range) => Promise<Result>,
): Promise<Result> {
  const { count } = batch;
  if (count <= most) return call(batch, { from: 0, to: count });
  const results: Result[] = [];
  for (const range of ranges(count, most)) results.push(await call(shareOf(batch, count, range), range));
  return joined(results);
}
