import { Matrix } from 'ml-matrix';

/**
 * Mean of `‖∏(W_l + γ_l E_l) - A‖²` over all sign patterns of the noise. The loss has degree at most 2 in every single
 * entry, so that its mean over random signs is its mean over Gaussian noise: an exact second-moment computation.
 *
 * @param layers few weights in all: the work doubles with every one
 */
export function meanOverSigns(layers: readonly Matrix[], scales: readonly number[], task: Matrix): number {
  const entries = layers.flatMap((layer, index) =>
    layer
      .to1DArray()
      .map((_, entry) => ({ index, row: Math.floor(entry / layer.columns), column: entry % layer.columns })),
  );
  let sum = 0;
  for (let pattern = 0; pattern < 2 ** entries.length; pattern += 1) {
    const noisy = layers.map((layer) => layer.clone());
    entries.forEach(({ index, row, column }, bit) => {
      const step = ((pattern >> bit) & 1) === 1 ? scales[index]! : -scales[index]!;
      noisy[index]!.set(row, column, noisy[index]!.get(row, column) + step);
    });
    const product = noisy.reduce((left, right) => left.mmul(right));
    sum += Matrix.sub(product, task).norm() ** 2;
  }
  return sum / 2 ** entries.length;
}
