import type { OptimizedNetworks } from '../../backends/backend.js';
import { sideBySide } from '../../training/side-by-side.js';
import { decoupledStart } from './decoupled-rule.js';
import type { Cell } from './train-cell.js';

/** All networks of a cell before their first step; those of the first learning rate come first. */
export function cellStart({ shape, recipe, radius, starts, learningRates, target }: Cell): OptimizedNetworks {
  const { rule, decoupling } = recipe;
  const scaled = (layer: Float64Array) => layer.map((entry) => radius * entry);
  const networks = starts.map(({ first, second }) => ({
    layers: { first: scaled(first), second: scaled(second) },
    target,
  }));
  const state = sideBySide(
    shape,
    learningRates.flatMap(() => networks),
    rule,
  );
  const rates = learningRates.flatMap((rate) => starts.map(() => rate));
  const plain = { ...state, rateScale: Float64Array.from(rates) };
  if (decoupling === undefined) return plain;
  for (const layer of ['first', 'second'] as const) {
    starts.forEach((start, training) => {
      const remembered = decoupledStart(decoupling, start[layer]);
      remembered.forEach((matrix, index) => {
        const moment = plain.moments[index]![layer];
        for (let rate = 0; rate < learningRates.length; rate++)
          moment.set(matrix, (rate * starts.length + training) * matrix.length);
      });
    });
  }
  return plain;
}
