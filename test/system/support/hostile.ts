import { createHash } from 'node:crypto';

/** Draws of a seeded generator (mulberry32). */
export class Draws {
  constructor(private state: number) {}

  /** Uniform in [0, 1). */
  next(): number {
    this.state = (this.state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.state ^ (this.state >>> 15), 1 | this.state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }

  /** An integer in [0, count). */
  below(count: number): number {
    return Math.floor(this.next() * count);
  }

  /** One of some values. */
  one<Value>(values: readonly Value[]): Value {
    return values[this.below(values.length)]!;
  }
}

/** Texts that have hurt programs. */
export const hostileTexts: readonly string[] = [
  '',
  '__proto__',
  'constructor',
  '../../../etc/passwd',
  '/dev/zero',
  '\u0000',
  '\u001b[2J\u001b]0;title\u0007',
  '\u202eabc',
  '\ud800',
  '$(touch CANARY)',
  '`touch CANARY`',
  '; touch CANARY #',
  '<script>alert(1)</script>',
  '{{constructor.constructor("return process")()}}',
  '%s%n%d',
  'x'.repeat(100_000),
  '数'.repeat(300),
  '1e999',
  'NaN',
  '-0',
];

/** Values that a file may hold where another kind is expected. */
export function hostileValue(draws: Draws): unknown {
  return draws.one<() => unknown>([
    () => draws.one(hostileTexts),
    () => draws.one([0, -0, -1, 1e308, -1e308, 5e-324, 2 ** 53, 2 ** 53 + 2, 0.1, 1e15]),
    () => draws.one([null, true, false]),
    () => [],
    () => ({}),
    () => JSON.parse(`{"__proto__": {"polluted": true}, "constructor": {"prototype": {"polluted": true}}}`),
    () => Array.from({ length: draws.below(2000) }, () => draws.below(10)),
    () => JSON.parse('['.repeat(200) + ']'.repeat(200)),
    () => Object.fromEntries(hostileTexts.slice(0, 8).map((text) => [text, text])),
  ])();
}

/** Changes one place of a JSON value: replaces, removes, doubles or adds. */
export function mutateValue(draws: Draws, root: unknown): unknown {
  const copy: unknown = JSON.parse(JSON.stringify(root));
  let place = copy;
  for (;;) {
    if (typeof place !== 'object' || place === null) return hostileValue(draws);
    const container = place as Record<string, unknown>;
    const keys = Object.keys(container);
    if (keys.length === 0) return copy;
    const key = draws.one(keys);
    const child = container[key];
    if (typeof child === 'object' && child !== null && draws.next() < 0.75) {
      place = child;
      continue;
    }
    const kind = draws.below(4);
    if (kind === 0) delete container[key];
    else if (kind === 1 && Array.isArray(place)) place.push(child);
    else if (kind === 2) Object.defineProperty(container, draws.one(hostileTexts) || key, own(hostileValue(draws)));
    else Object.defineProperty(container, key, own(hostileValue(draws)));
    return copy;
  }
}

function own(value: unknown): PropertyDescriptor {
  return { value, enumerable: true, configurable: true, writable: true };
}

/** Changes bytes of a text: flips, cuts, doubles, inserts. */
export function mutateBytes(draws: Draws, contents: Buffer): Buffer {
  const [from, to] = [draws.below(contents.length + 1), draws.below(contents.length + 1)].sort((a, b) => a - b);
  const piece = contents.subarray(from, to);
  switch (draws.below(5)) {
    case 0: {
      const flipped = Buffer.from(contents);
      for (let count = 1 + draws.below(5); count > 0; count--)
        flipped[draws.below(flipped.length)]! ^= 1 << draws.below(8);
      return flipped;
    }
    case 1:
      return contents.subarray(0, from);
    case 2:
      return Buffer.concat([contents.subarray(0, from!), contents.subarray(to!)]);
    case 3:
      return Buffer.concat([contents.subarray(0, to!), piece, contents.subarray(to!)]);
    default:
      return Buffer.concat([
        contents.subarray(0, from!),
        Buffer.from(draws.one(hostileTexts)),
        contents.subarray(from!),
      ]);
  }
}

/** A value as a `run.json` with the checksum that belongs to it, so that what reads it sees more than a broken seal. */
export function sealed(value: unknown): string {
  const isPlain = typeof value === 'object' && value !== null && !Array.isArray(value);
  const text = JSON.stringify(isPlain ? { ...value, checksum: '0'.repeat(64) } : value, null, 2);
  const digest = createHash('sha256').update(text).digest('hex');
  return text.replace(/^( {2}"checksum": ")0{64}(",?)$/m, `$1${digest}$2`);
}
