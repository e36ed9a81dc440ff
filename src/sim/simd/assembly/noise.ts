import { boxMuller } from './box-muller';
import { philox } from './philox';

/** Numbers that four counters give. */
const AT_ONCE = 16;
/** Bytes of the words of four counters, and of two pairs of normal numbers, in a thread's room. */
const WORDS: usize = 64;
const PAIRS: usize = 32;

/** The two pairs of normal numbers of two counters: their first two numbers, or their last two. */
// @ts-ignore: decorator
@inline
function pairs<T>(radial: v128, angular: v128, room: usize, out: usize): void {
  boxMuller(radial, angular, room);
  store<T>(out, <T>load<f64>(room));
  store<T>(out + sizeof<T>(), <T>load<f64>(room, 16));
  store<T>(out + 4 * sizeof<T>(), <T>load<f64>(room, 8));
  store<T>(out + 5 * sizeof<T>(), <T>load<f64>(room, 24));
}

/** Sixteen numbers of a stream, from counter `block` on. */
// @ts-ignore: decorator
@inline
function sixteen<T>(block: i32, purpose: i32, stream0: i32, stream1: i32, key0: i32, key1: i32, room: usize, out: usize): void {
  philox(block, purpose, stream0, stream1, key0, key1, room);
  const w0 = v128.load(room), w1 = v128.load(room, 16), w2 = v128.load(room, 32), w3 = v128.load(room, 48);
  const two = 2 * sizeof<T>(), eight = 8 * sizeof<T>();
  pairs<T>(w0, w1, room + WORDS, out);
  pairs<T>(w2, w3, room + WORDS, out + two);
  // The upper lanes, as lower ones.
  const h0 = v128.shuffle<i64>(w0, w0, 1, 1), h1 = v128.shuffle<i64>(w1, w1, 1, 1);
  const h2 = v128.shuffle<i64>(w2, w2, 1, 1), h3 = v128.shuffle<i64>(w3, w3, 1, 1);
  pairs<T>(h0, h1, room + WORDS, out + eight);
  pairs<T>(h2, h3, room + WORDS, out + eight + two);
}

/**
 * Standard normal noise for both layers of the replicates `from` to `to`, each from its own stream (key, purpose, number of the
 * stream), first layer first, into padded matrices.
 *
 * @param rows size of the layers without padding: rows × hidden and hidden × cols
 * @param stream number of the stream of replicate 0, as lower and upper word
 * @param room for words, pairs and the numbers of one replicate
 */
// @ts-ignore: decorator
@inline
export function drawNoise<T>(
  first: usize, second: usize, rows: i32, hidden: i32, cols: i32,
  key0: i32, key1: i32, purpose: i32, stream0: i32, stream1: i32,
  room: usize, from: i32, to: i32,
): void {
  const size = sizeof<T>();
  const paddedRows = (rows + 3) & ~3, paddedHidden = (hidden + 3) & ~3, paddedCols = (cols + 3) & ~3;
  const numbers = room + WORDS + PAIRS;
  const needed = rows * hidden + hidden * cols;
  for (let replicate = from; replicate < to; replicate++) {
    const stream = (((<u64>(<u32>stream1)) << 32) | <u64>(<u32>stream0)) + <u64>replicate;
    for (let at = 0; at < needed; at += AT_ONCE) {
      sixteen<T>(at >> 2, purpose, <i32>stream, <i32>(stream >> 32), key0, key1, room, numbers + <usize>at * size);
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
