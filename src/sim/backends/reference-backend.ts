import { Matrix } from 'ml-matrix';
import {
  type Backend,
  type Layers,
  type MatrixArithmetic,
  MOMENTS,
  type ModeBatch,
  type NetworkBatch,
  type NoiseBatch,
  type OptimizedNetworks,
  type OptimizerRun,
  type PerturbedNetworks,
  type Weights,
} from './backend.js';
import { optimizerStep, stepCoefficients } from './optimizer.js';

type Batch = readonly Matrix[];

/**
 * One step of an optimiser in ml-matrix, one network after the other.
 *
 * @param rates learning rate of each network
 * @param inputs second moments of the inputs, one for each network; absent for their expectation, the identity
 */
function arithmeticOf(
  coefficients: Readonly<Record<string, number>>,
  rates: readonly number[],
  inputs: Batch | undefined,
): MatrixArithmetic<Batch> {
  const product = (left: Batch, right: Batch) => left.map((matrix, network) => matrix.mmul(right[network]!));
  return {
    product,
    productWithTransposed: (left, right) => left.map((matrix, network) => matrix.mmul(right[network]!.transpose())),
    productOfTransposed: (left, right) => left.map((matrix, network) => matrix.transpose().mmul(right[network]!)),
    combination: (a, left, b, right) =>
      left.map((matrix, network) =>
        Matrix.mul(matrix, coefficients[a]!).add(Matrix.mul(right[network]!, coefficients[b]!)),
      ),
    entryProducts: (left, right) => left.map((matrix, network) => Matrix.mul(matrix, right[network]!)),
    signs: (batch) => batch.map((matrix) => Matrix.sign(matrix)),
    overRoot: (numerator, squares, epsilon) =>
      numerator.map((matrix, network) => Matrix.div(matrix, Matrix.sqrt(squares[network]!).add(epsilon))),
    normalized: (batch, epsilon) => batch.map((matrix) => Matrix.div(matrix, matrix.norm() + epsilon)),
    normalizedTogether: (left, right, epsilon) => {
      const norms = left.map((matrix, network) => Math.hypot(matrix.norm(), right[network]!.norm()) + epsilon);
      const over = (batch: Batch) => batch.map((matrix, network) => Matrix.div(matrix, norms[network]!));
      return [over(left), over(right)];
    },
    throughInputs: (batch) => (inputs === undefined ? batch : product(batch, inputs)),
    descended: (weights, direction, factor) =>
      weights.map((matrix, network) => {
        const step = factor * rates[network]!;
        return step === 0 ? matrix : Matrix.sub(matrix, Matrix.mul(direction[network]!, step));
      }),
  };
}

/** ml-matrix in float64, one network after the other: slow, plain, and the yardstick of the other backends. */
export class ReferenceBackend implements Backend {
  readonly name = 'reference';
  readonly precision = 'f64';
  readonly device = 'ml-matrix, 1 thread';

  async descendNetworks(batch: NetworkBatch, rates: readonly number[]): Promise<Weights> {
    const { rows, hidden, cols } = batch.shape;
    const trained = matricesOf(batch.target, batch.count, rows, cols).map((target, network) => {
      let first = matrixAt(batch.first, network, rows, hidden);
      let second = matrixAt(batch.second, network, hidden, cols);
      for (const rate of rates) {
        const step = 2 * rate * batch.rateScale[network]!;
        const residual = first.mmul(second).sub(target);
        const firstStep = residual.mmul(second.transpose()).mul(step);
        const secondStep = first.transpose().mmul(residual).mul(step);
        first = Matrix.sub(first, firstStep);
        second = Matrix.sub(second, secondStep);
      }
      return { first, second };
    });
    return { first: flatten(trained.map(({ first }) => first)), second: flatten(trained.map(({ second }) => second)) };
  }

  async optimizeNetworks(networks: OptimizedNetworks, run: OptimizerRun): Promise<OptimizedNetworks> {
    const { shape, count, rateScale, taken } = networks;
    const { rows, hidden, cols } = shape;
    const { optimizer, inputs } = run;
    const target = matricesOf(networks.target, count, rows, cols);
    let state: readonly Layers<Batch>[] = [networks, ...networks.moments].map(({ first, second }) => ({
      first: matricesOf(first, count, rows, hidden),
      second: matricesOf(second, count, hidden, cols),
    }));
    run.rates.forEach((rate, step) => {
      const size = count * cols * cols;
      const arithmetic = arithmeticOf(
        stepCoefficients(optimizer, taken + step + 1),
        Array.from(rateScale, (scale) => scale * rate),
        inputs && matricesOf(inputs.subarray(step * size, (step + 1) * size), count, cols, cols),
      );
      state = optimizerStep(arithmetic, optimizer, shape, state, target);
    });
    const [weights, ...moments] = state.map(({ first, second }) => ({
      first: flatten(first),
      second: flatten(second),
    }));
    return { ...networks, ...weights, moments, taken: taken + run.rates.length };
  }

  async descendModes(batch: ModeBatch, rates: readonly number[]): Promise<Float64Array> {
    const factors = Float64Array.from(batch.factors);
    for (let index = 0; index < factors.length; index++) {
      const scale = 2 * batch.rateScale[Math.floor(index / batch.modes)]!;
      const sigma = batch.sigmas[index]!;
      let factor = factors[index]!;
      for (const rate of rates) factor -= scale * rate * factor * (factor * factor - sigma);
      factors[index] = factor;
    }
    return factors;
  }

  async perturbationMoments(networks: PerturbedNetworks, noise: NoiseBatch): Promise<Float64Array> {
    const { rows, hidden, cols } = networks.shape;
    const moments = new Float64Array(networks.count * noise.replicates * MOMENTS);
    for (let network = 0; network < networks.count; network++) {
      const { first, second } = layersOf(networks, network);
      const residual = matrixAt(networks.residual, network, rows, cols);
      for (let replicate = 0; replicate < noise.replicates; replicate++) {
        const noise1 = matrixAt(noise.first, replicate, rows, hidden);
        const noise2 = matrixAt(noise.second, replicate, hidden, cols);
        const displacement = noise1.mmul(second).add(first.mmul(noise2));
        const product = noise1.mmul(noise2);
        moments.set(
          [
            residual.dot(displacement),
            displacement.dot(displacement),
            residual.dot(product),
            displacement.dot(product),
            product.dot(product),
          ],
          (network * noise.replicates + replicate) * MOMENTS,
        );
      }
    }
    return moments;
  }

  async dispose(): Promise<void> {}
}

function matrixAt(values: Float64Array, index: number, rows: number, cols: number): Matrix {
  const size = rows * cols;
  return Matrix.from1DArray(rows, cols, values.subarray(index * size, (index + 1) * size));
}

function matricesOf(values: Float64Array, count: number, rows: number, cols: number): Matrix[] {
  return Array.from({ length: count }, (_, network) => matrixAt(values, network, rows, cols));
}

function flatten(matrices: readonly Matrix[]): Float64Array {
  return Float64Array.from(matrices.flatMap((matrix) => matrix.to1DArray()));
}

function layersOf({ shape, layers }: PerturbedNetworks, network: number): Layers<Matrix> {
  const { rows, hidden, cols } = shape;
  if ('factors' in layers) {
    const factors = Array.from(layers.factors.subarray(network * layers.modes, (network + 1) * layers.modes));
    return { first: Matrix.diag(factors, rows, hidden), second: Matrix.diag(factors, hidden, cols) };
  }
  return {
    first: matrixAt(layers.first, network, rows, hidden),
    second: matrixAt(layers.second, network, hidden, cols),
  };
}
