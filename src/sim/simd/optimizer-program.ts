import type { Kernels } from './kernel-exports.js';

/**
 * A matrix that an optimiser works with. `state` belongs to the network and lasts: address of the first network's, and bytes from
 * one network to the next. `inputs` lasts as well and differs from step to step. `room` is a thread's own, at an offset.
 */
export type Place =
  | { readonly kind: 'state'; readonly address: number; readonly stride: number }
  | { readonly kind: 'inputs'; readonly address: number; readonly stride: number }
  | { readonly kind: 'room'; readonly offset: number };

/** One operation of a step. Shapes are padded; `bytes` is the length of the matrices of an operation on entries. */
export type Operation =
  | {
      readonly kind: 'product' | 'productOfTransposed';
      readonly left: Place;
      readonly right: Place;
      readonly rows: number;
      readonly cols: number;
      readonly inner: number;
      readonly out: Place;
    }
  | {
      readonly kind: 'transpose';
      readonly matrix: Place;
      readonly rows: number;
      readonly cols: number;
      readonly out: Place;
    }
  | {
      readonly kind: 'combination';
      /** Columns of the table of coefficients. */
      readonly a: number;
      readonly b: number;
      readonly left: Place;
      readonly right: Place;
      readonly bytes: number;
      readonly out: Place;
    }
  | {
      readonly kind: 'entryProducts';
      readonly left: Place;
      readonly right: Place;
      readonly bytes: number;
      readonly out: Place;
    }
  | {
      readonly kind: 'squares' | 'signs' | 'copy';
      readonly matrix: Place;
      readonly bytes: number;
      readonly out: Place;
    }
  | {
      readonly kind: 'overRoot';
      readonly numerator: Place;
      readonly squares: Place;
      readonly epsilon: number;
      readonly bytes: number;
      readonly out: Place;
    }
  | {
      readonly kind: 'normalized';
      readonly matrix: Place;
      readonly epsilon: number;
      readonly bytes: number;
      readonly out: Place;
    }
  | {
      readonly kind: 'descended';
      readonly weights: Place;
      readonly direction: Place;
      readonly factor: number;
      readonly bytes: number;
      readonly out: Place;
    };

/** The steps of an optimiser on an ensemble. */
export interface OptimizerProgram {
  readonly operations: readonly Operation[];
  readonly networks: number;
  /** Learning rate of each step. */
  readonly rates: readonly number[];
  /** Factor on the rate, of each network. */
  readonly scales: readonly number[];
  /** One row for each step. */
  readonly coefficients: readonly (readonly number[])[];
}

/** Runs a program on the networks `from` to `to`, one after the other. */
export function runProgram(
  program: OptimizerProgram,
  kernels: Kernels,
  memory: WebAssembly.Memory,
  room: number,
  from: number,
  to: number,
): void {
  for (let network = from; network < to; network++) {
    for (let step = 0; step < program.rates.length; step++) {
      const at = (place: Place): number => {
        if (place.kind === 'room') return room + place.offset;
        const index = place.kind === 'state' ? network : step * program.networks + network;
        return place.address + index * place.stride;
      };
      const coefficients = program.coefficients[step]!;
      const rate = program.rates[step]! * program.scales[network]!;
      for (const operation of program.operations) perform(operation, kernels, memory, at, coefficients, rate);
    }
  }
}

function perform(
  operation: Operation,
  kernels: Kernels,
  memory: WebAssembly.Memory,
  at: (place: Place) => number,
  coefficients: readonly number[],
  rate: number,
): void {
  const out = at(operation.out);
  switch (operation.kind) {
    case 'product':
    case 'productOfTransposed': {
      const { left, right, rows, cols, inner } = operation;
      kernels[operation.kind](at(left), at(right), rows, cols, inner, out);
      break;
    }
    case 'transpose':
      kernels.transpose(at(operation.matrix), operation.rows, operation.cols, out);
      break;
    case 'combination': {
      const left = at(operation.left);
      const [a, b] = [coefficients[operation.a]!, coefficients[operation.b]!];
      kernels.combination(a, left, b, at(operation.right), out, left + operation.bytes);
      break;
    }
    case 'entryProducts': {
      const left = at(operation.left);
      kernels.entryProducts(left, at(operation.right), out, left + operation.bytes);
      break;
    }
    case 'squares':
    case 'signs': {
      const matrix = at(operation.matrix);
      kernels[operation.kind](matrix, out, matrix + operation.bytes);
      break;
    }
    case 'copy':
      copy(memory, at(operation.matrix), out, operation.bytes);
      break;
    case 'overRoot': {
      const numerator = at(operation.numerator);
      kernels.overRoot(numerator, at(operation.squares), operation.epsilon, out, numerator + operation.bytes);
      break;
    }
    case 'normalized': {
      const matrix = at(operation.matrix);
      kernels.normalized(matrix, operation.epsilon, out, matrix + operation.bytes);
      break;
    }
    case 'descended': {
      const weights = at(operation.weights);
      const step = operation.factor * rate;
      // At rate 0 nothing changes, whatever overflows.
      if (step === 0) copy(memory, weights, out, operation.bytes);
      else kernels.descended(weights, at(operation.direction), step, out, weights + operation.bytes);
      break;
    }
  }
}

function copy(memory: WebAssembly.Memory, from: number, to: number, bytes: number): void {
  new Uint8Array(memory.buffer).copyWithin(to, from, from + bytes);
}
