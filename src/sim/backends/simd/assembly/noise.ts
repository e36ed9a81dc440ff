// @ts-nocheck: TypeScript refuses the decorators and does not know `real`
import { boxMuller32, CONSTANTS_32, writeConstants32 } from './box-muller-32';
import { boxMuller64 } from './box-muller-64';
import { philox } from './philox';

/** Numbers that eight counters give. */
const AT_ONCE = 32;
/** Bytes of the words of eight counters, and of two pairs of normal numbers, in a thread's room. */
const WORDS: usize = 128;
const PAIRS: usize = 32;

/** The two pairs of normal numbers of two counters: their first two numbers, or their last two. */
@inline function twoPairs(radial: v128, angular: v128, room: usize, out: usize): void {
  boxMuller64(radial, angular, room);
  store<f64>(out, load<f64>(room));
  store<f64>(out, load<f64>(room, 16), 8);
  store<f64>(out, load<f64>(room, 8), 32);
  store<f64>(out, load<f64>(room, 24), 40);
}

/** Sixteen numbers from the words of four counters. */
@inline function sixteen(words: usize, table: usize, room: usize, out: usize): void {
  if (sizeof<real>() == 4) {
    boxMuller32(words, table, out);
    return;
  }
  const w0 = v128.load(words), w1 = v128.load(words, 16), w2 = v128.load(words, 32), w3 = v128.load(words, 48);
  twoPairs(w0, w1, room, out);
  twoPairs(w2, w3, room, out + 16);
  // The upper lanes, as lower ones.
  const h0 = v128.shuffle<i64>(w0, w0, 1, 1), h1 = v128.shuffle<i64>(w1, w1, 1, 1);
  const h2 = v128.shuffle<i64>(w2, w2, 1, 1), h3 = v128.shuffle<i64>(w3, w3, 1, 1);
  twoPairs(h0, h1, room, out + 64);
  twoPairs(h2, h3, room, out + 80);
}

/**
 * Standard normal noise for both layers of the replicates `from` to `to`, each from its own stream (key, purpose, number of the
 * stream), first layer first, into padded matrices.
 *
 * @param rows size of the layers without padding: rows × hidden and hidden × cols
 * @param stream number of the stream of replicate 0, as lower and upper word
 * @param room for words, pairs and the numbers of one replicate
 */
@inline export function drawNoise(
  first: usize, second: usize, rows: i32, hidden: i32, cols: i32,
  key0: i32, key1: i32, purpose: i32, stream0: i32, stream1: i32,
  room: usize, from: i32, to: i32,
): void {
  const size = sizeof<real>();
  const paddedRows = (rows + 3) & ~3, paddedHidden = (hidden + 3) & ~3, paddedCols = (cols + 3) & ~3;
  const pairs = room + WORDS, table = pairs + PAIRS, numbers = table + CONSTANTS_32;
  if (sizeof<real>() == 4) writeConstants32(table);
  const needed = rows * hidden + hidden * cols;
  for (let replicate = from; replicate < to; replicate++) {
    const stream = (((<u64>(<u32>stream1)) << 32) | <u64>(<u32>stream0)) + <u64>replicate;
    for (let at = 0; at < needed; at += AT_ONCE) {
      const out = numbers + <usize>at * size;
      philox(at >> 2, purpose, <i32>stream, <i32>(stream >> 32), key0, key1, room);
      sixteen(room, table, pairs, out);
      sixteen(room + WORDS / 2, table, pairs, out + 16 * size);
    }
    const layer1 = first + <usize>replicate * (<usize>(paddedRows * paddedHidden)) * size;
    for (let row = 0; row < rows; row++) {
      memory.copy(layer1 + (<usize>(row * paddedHidden)) * size, numbers + (<usize>(row * hidden)) * size, <usize>hidden * size);
    }
    const layer2 = second + <usize>replicate * (<usize>(paddedHidden * paddedCols)) * size;
    const rest = numbers + (<usize>(rows * hidden)) * size;
    for (let row = 0; row < hidden; row++) {
      memory.copy(layer2 + (<usize>(row * paddedCols)) * size, rest + (<usize>(row * cols)) * size, <usize>cols * size);
    }
  }
}
