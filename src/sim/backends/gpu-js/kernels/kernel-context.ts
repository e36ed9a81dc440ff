/**
 * What gpu.js gives a kernel as `this`. A kernel is turned into text and compiled for the device, so it may use nothing
 * but its arguments, `this` and Math: no inner functions, no captured names, loop bounds from `constants` only (a bound
 * from an argument stops silently at 1000). Devices divide inexactly, so an index that is a quotient is
 * `floor((z + 0.5) / n)`, and of Math they are exact to a few units in the last place in `floor` and `sqrt` only.
 */
export interface KernelContext<Constant extends string> {
  readonly thread: { readonly x: number; readonly y: number; readonly z: number };
  readonly constants: Readonly<Record<Constant, number>>;
}

/** One number for each network of the ensemble. */
export type Vector = readonly number[];

/** A matrix for each network of the ensemble: network, row, column. */
export type Batch = readonly (readonly (readonly number[])[])[];

/** A row of numbers for each step. */
export type Table = readonly (readonly number[])[];
