import type { OptimizedNetworks, Weights } from '../backends/backend.js';
import { sideBySide } from '../engines/side-by-side.js';
import { decoupledStart } from './decoupled-rule.js';
import type { Cell } from './train-cell.js';

/** All networks of a cell before their first step; those of the first learning rate come first. */
export function cellStart({ shape, recipe, radius, starts, learningRates, target }: Cell): OptimizedNetworks {
  const { rule, decoupling } = recipe;
  const networks = learningRates.flatMap(() =>
    starts.map(({ first, second }) => ({
      layers: { first: first.map((entry) => radius * entry), second: second.map((entry) => radius * entry) },
      target,
    })),
  );
  const state = sideBySide(shape, networks, rule);
  const rates = learningRates.flatMap((rate) => starts.map(() => rate));
  const plain = { ...state, rateScale: Float64Array.from(rates) };
  if (decoupling === undefined) return plain;
  const remembered = (layer: keyof Weights) =>
    starts.map((start) => decoupledStart(decoupling, start[layer]));
  const [first, second] = [remembered('first'), remembered('second')];
  const everywhere = (ofStarts: readonly (readonly Float64Array[])[], index: number) =>
    Float64Array.from(learningRates.flatMap(() => ofStarts.flatMap((ofStart) => [...ofStart[index]!])));
  return {
    ...plain,
    moments: Array.from({ length: rule.moments }, (_, index) => ({
      first: everywhere(first, index),
      second: everywhere(second, index),
    })),
  };
}
