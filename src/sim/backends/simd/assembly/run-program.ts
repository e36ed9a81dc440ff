// @ts-nocheck: TypeScript refuses the decorators and does not know `real`
/*
 * Steps of an optimiser on networks, as a program of operations on matrices; `optimizer-program.ts` writes it and says what the words
 * of an operation are.
 */
import { combination, copied, descended, entryProducts, normalized, overRoot, scaled, signs } from './entries';
import { ASSIGN, multiply, transpose } from './multiply';

const OPERATION: usize = 32;
/** Bytes of a place that lasts: address for the first network and step, bytes to the next network, and to the next step. */
const PLACE: usize = 12;

/** A product that a library of the machine may make: 0 where it leaves it to us. */
@external("env", "libraryProduct")
declare function libraryProduct(left: usize, isTransposed: i32, right: usize, rows: i32, cols: i32, inner: i32, out: usize): i32;

/**
 * All steps on the networks `from` to `to`, one network after the other.
 *
 * @param lists for every step the address of its first operation and the one behind its last
 * @param places `count` matrices that last
 * @param numbers `columns` float64 for every step
 * @param rates float64, of each step, and `scales`, factors of each network
 * @param table where this thread keeps addresses of what lasts, from `room` on
 */
export function runProgram(
  lists: usize, steps: i32, places: usize, count: i32, numbers: usize, columns: i32, rates: usize, scales: usize,
  table: usize, room: usize, from: i32, to: i32,
): void {
  table += room;
  for (let network = from; network < to; network++) {
    const scale = load<f64>(scales + (<usize>network << 3));
    for (let step = 0; step < steps; step++) {
      let place = places;
      for (let at = table; at < table + (<usize>count << 2); at += 4, place += PLACE) {
        store<u32>(at, load<u32>(place) + network * load<u32>(place, 4) + step * load<u32>(place, 8));
      }
      const rate = load<f64>(rates + (<usize>step << 3)) * scale;
      const row = numbers + (<usize>(step * columns) << 3);
      const list = lists + (<usize>step << 3), end = load<u32>(list, 4);
      for (let operation = load<u32>(list); operation < end; operation += OPERATION) {
        perform(operation, table, room, row, rate);
      }
    }
  }
}

/** The address of a matrix: an offset in the room, or below zero, −1 − n, the n-th of those that last. */
@inline function addressOf(place: i32, table: usize, room: usize): usize {
  return place < 0 ? <usize>load<u32>(table + (<usize>~place << 2)) : room + <usize>place;
}

function perform(operation: usize, table: usize, room: usize, row: usize, rate: f64): void {
  const out = addressOf(load<i32>(operation, 4), table, room);
  const left = addressOf(load<i32>(operation, 8), table, room);
  const right = addressOf(load<i32>(operation, 12), table, room);
  const size = sizeof<real>();
  const a = load<u32>(operation, 16), b = load<u32>(operation, 20), c = load<u32>(operation, 24);
  const end = left + load<u32>(operation, 28);
  switch (load<i32>(operation)) {
    case 0: {
      if (libraryProduct(left, 0, right, a, b, c, out) == 0) {
        multiply(left, <usize>c * size, size, right, a, b, c, out, 0, 0, ASSIGN);
      }
      break;
    }
    case 1: {
      if (libraryProduct(left, 1, right, a, b, c, out) == 0) {
        multiply(left, size, <usize>a * size, right, a, b, c, out, 0, 0, ASSIGN);
      }
      break;
    }
    case 2: transpose(left, a, b, out); break;
    case 3: combination(numberAt(row, a), left, numberAt(row, b), right, out, end); break;
    case 4: scaled(numberAt(row, a), left, out, end); break;
    case 5: entryProducts(left, right, out, end); break;
    case 6: signs(left, out, end); break;
    case 7: copied(left, out, end); break;
    case 8: overRoot(left, right, numberAt(row, a), out, end); break;
    case 9: normalized(left, numberAt(row, a), out, end); break;
    case 10: {
      const step = load<f64>(row + (<usize>a << 3)) * rate;
      // At rate 0 nothing changes, whatever overflows.
      if (step == 0) copied(left, out, end);
      else descended(left, right, <real>step, out, end);
      break;
    }
  }
}

@inline function numberAt(row: usize, column: i32): real {
  return <real>load<f64>(row + (<usize>column << 3));
}
