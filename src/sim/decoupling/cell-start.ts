import type { OptimizedNetworks } from '../backends/backend.js';
import { decoupledStart } from './decoupled-rule.js';
import type { Cell } from './train-cell.js';

/** All networks of a cell before their first step; those of the first learning rate come first. */
export function cellStart({ shape, recipe, radius, starts, learningRates, target }: Cell): OptimizedNetworks {
  const { rule, decoupling } = recipe;
  const layers = (which: 'first' | 'second') =>
    repeated(
      starts.map((start) => start[which].map((entry) => radius * entry)),
      learningRates.length,
    );
  const moment = (which: 'first' | 'second', index: number) =>
    repeated(
      starts.map((start) =>
        decoupling === undefined
          ? new Float64Array(start[which].length)
          : decoupledStart(decoupling, start[which])[index]!,
      ),
      learningRates.length,
    );
  const count = starts.length * learningRates.length;
  return {
    shape,
    count,
    first: layers('first'),
    second: layers('second'),
    target: repeated([target], count),
    rateScale: Float64Array.from(
      { length: count },
      (_, at) => learningRates[Math.floor(at / starts.length)]!,
    ),
    moments: Array.from({ length: rule.moments }, (_, index) => ({
      first: moment('first', index),
      second: moment('second', index),
    })),
    taken: 0,
  };
}

/** The arrays one after the other, all of them several times. */
function repeated(arrays: readonly Float64Array[], times: number): Float64Array {
  const size = arrays[0]!.length;
  const result = new Float64Array(times * arrays.length * size);
  for (let at = 0; at < times * arrays.length; at++) result.set(arrays[at % arrays.length]!, at * size);
  return result;
}
