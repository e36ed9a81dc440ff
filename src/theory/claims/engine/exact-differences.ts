import { Matrix } from 'ml-matrix';

/**
 * A polynomial that is at most quadratic in each single coordinate, whatever the others are, as the loss of a linear
 * network is in its weights. Central differences of such a function have no truncation error at any step, so that they
 * are an exact and formula-free source of its derivatives and of its mean under noise.
 */
export type SeparatelyQuadratic = (point: Float64Array) => number;

/** Gradient by central differences. */
export function slopes(of: SeparatelyQuadratic, point: Float64Array, step: number): Float64Array {
  const probe = Float64Array.from(point);
  return point.map((at, index) => {
    const above = probeAt(of, probe, index, at + step);
    const below = probeAt(of, probe, index, at - step);
    probe[index] = at;
    return (above - below) / (2 * step);
  });
}

/** Trace of the Hessian: the sum of the second differences along the coordinates. */
export function hessianTraceOf(of: SeparatelyQuadratic, point: Float64Array, step: number): number {
  const probe = Float64Array.from(point);
  const centre = of(probe);
  let trace = 0;
  point.forEach((at, index) => {
    const above = probeAt(of, probe, index, at + step);
    const below = probeAt(of, probe, index, at - step);
    probe[index] = at;
    trace += (above - 2 * centre + below) / step ** 2;
  });
  return trace;
}

/** Hessian: slopes along one coordinate of the slopes along another. */
export function hessianOf(of: SeparatelyQuadratic, point: Float64Array, step: number): Matrix {
  const hessian = Matrix.zeros(point.length, point.length);
  const probe = Float64Array.from(point);
  const centre = of(probe);
  for (let index = 0; index < point.length; index++) {
    const at = point[index]!;
    const above = probeAt(of, probe, index, at + step);
    const below = probeAt(of, probe, index, at - step);
    probe[index] = at;
    hessian.set(index, index, (above - 2 * centre + below) / step ** 2);
    for (let other = 0; other < index; other++) {
      const corner = (sign: number, otherSign: number): number => {
        probe[index] = at + sign * step;
        return probeAt(of, probe, other, point[other]! + otherSign * step);
      };
      const mixed = (corner(1, 1) - corner(1, -1) - corner(-1, 1) + corner(-1, -1)) / (4 * step ** 2);
      probe[index] = at;
      probe[other] = point[other]!;
      hessian.set(index, other, mixed);
      hessian.set(other, index, mixed);
    }
  }
  return hessian;
}

/**
 * Mean of the function when every coordinate moves up or down by its own scale with equal chance, by going through all
 * `2^n` cases. A separately quadratic function has this same mean under any independent noise of mean zero and these
 * standard deviations, Gaussian noise among them, since it only meets the first two moments of each coordinate.
 */
export function meanOverSigns(
  of: SeparatelyQuadratic,
  point: Float64Array,
  scales: ArrayLike<number>,
): number {
  const cases = 2 ** point.length;
  let total = 0;
  for (let pattern = 0; pattern < cases; pattern++) {
    total += of(point.map((at, index) => at + ((pattern >> index) & 1 ? scales[index]! : -scales[index]!)));
  }
  return total / cases;
}

function probeAt(of: SeparatelyQuadratic, probe: Float64Array, index: number, value: number): number {
  probe[index] = value;
  return of(probe);
}
