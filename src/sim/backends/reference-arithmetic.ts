import { Matrix } from 'ml-matrix';
import type { MatrixArithmetic } from './matrix-arithmetic.js';

/** What one step of an optimiser runs on. */
export interface StepSettings {
  readonly coefficients: Readonly<Record<string, number>>;
  /** Learning rate of each network. */
  readonly rates: readonly number[];
  /** Second moments of the inputs, one for each network; absent for their expectation, the identity. */
  readonly inputs?: readonly Matrix[] | undefined;
}

type Batch = readonly Matrix[];

/** ml-matrix in float64, one network after the other. */
export class ReferenceArithmetic implements MatrixArithmetic<Batch> {
  constructor(private readonly settings: StepSettings) {}

  product(left: Batch, right: Batch): Batch {
    return left.map((matrix, network) => matrix.mmul(right[network]!));
  }

  productWithTransposed(left: Batch, right: Batch): Batch {
    return left.map((matrix, network) => matrix.mmul(right[network]!.transpose()));
  }

  productOfTransposed(left: Batch, right: Batch): Batch {
    return left.map((matrix, network) => matrix.transpose().mmul(right[network]!));
  }

  combination(a: string, left: Batch, b: string, right: Batch): Batch {
    const { [a]: leftFactor, [b]: rightFactor } = this.settings.coefficients;
    return left.map((matrix, network) =>
      Matrix.mul(matrix, leftFactor!).add(Matrix.mul(right[network]!, rightFactor!)),
    );
  }

  entryProducts(left: Batch, right: Batch): Batch {
    return left.map((matrix, network) => Matrix.mul(matrix, right[network]!));
  }

  squares(batch: Batch): Batch {
    return batch.map((matrix) => Matrix.mul(matrix, matrix));
  }

  signs(batch: Batch): Batch {
    return batch.map((matrix) => Matrix.sign(matrix));
  }

  overRoot(numerator: Batch, squares: Batch, epsilon: number): Batch {
    return numerator.map((matrix, network) =>
      Matrix.div(matrix, Matrix.sqrt(squares[network]!).add(epsilon)),
    );
  }

  normalized(batch: Batch, epsilon: number): Batch {
    return batch.map((matrix) => Matrix.div(matrix, matrix.norm() + epsilon));
  }

  normalizedTogether(left: Batch, right: Batch, epsilon: number): readonly [Batch, Batch] {
    const norms = left.map((matrix, network) => Math.hypot(matrix.norm(), right[network]!.norm()) + epsilon);
    const over = (batch: Batch) => batch.map((matrix, network) => Matrix.div(matrix, norms[network]!));
    return [over(left), over(right)];
  }

  throughInputs(batch: Batch): Batch {
    const { inputs } = this.settings;
    return inputs === undefined ? batch : this.product(batch, inputs);
  }

  descended(weights: Batch, direction: Batch, factor: number): Batch {
    return weights.map((matrix, network) => {
      const step = factor * this.settings.rates[network]!;
      return step === 0 ? matrix : Matrix.sub(matrix, Matrix.mul(direction[network]!, step));
    });
  }
}
