import { Matrix } from 'ml-matrix';
import { InvalidInputError } from './invalid-input.js';

/**
 * The core `R diag(values) Rᵀ` of a fine-tuning task whose singular vectors are turned against those of pre-training:
 * `A_ft = U R diag(σ^ft) Rᵀ Vᵀ` with `A_pre = U diag(σ) Vᵀ`, where `R` turns by `angle` in the planes of modes (1,2), (3,4), …
 * (a last mode without a partner stays). At 0° and 180° the vectors are shared, at 90° each pair has swapped its values;
 * these are met exactly.
 *
 * @param values singular values `σ^ft` in the order of the pre-training modes, in any order of size
 * @param angle degrees, from 0 to 180
 * @returns the symmetric `n×n` matrix for `n` values, block diagonal with blocks of 2
 * @throws InvalidInputError (option `angle`) where the angle is out of its range
 */
export function rotateModes(values: readonly number[], angle: number): Matrix {
  const { cos, sin } = turn(angle);
  const core = Matrix.diag([...values]);
  for (let index = 0; index + 1 < values.length; index += 2) {
    const [upper, lower] = [values[index]!, values[index + 1]!];
    core.set(index, index, cos * cos * upper + sin * sin * lower);
    core.set(index + 1, index + 1, sin * sin * upper + cos * cos * lower);
    core.set(index, index + 1, cos * sin * (upper - lower));
    core.set(index + 1, index, cos * sin * (upper - lower));
  }
  return core;
}

/**
 * The same task as a `rows×cols` matrix, in the basis of the singular vectors of pre-training (`U = I`, `V = I`). The
 * dynamics do not depend on that basis; multiply by `U` and `Vᵀ` for another one.
 *
 * @param values `σ^ft`, `min(rows, cols)` of them
 * @param angle degrees, from 0 to 180
 * @param rows rows `p` of the task
 * @param cols columns `q` of the task
 * @throws InvalidInputError (option `angle`) where the angle is out of its range
 */
export function rotatedTask(values: readonly number[], angle: number, rows: number, cols: number): Matrix {
  const task = Matrix.zeros(rows, cols);
  task.setSubMatrix(rotateModes(values, angle), 0, 0);
  return task;
}

/**
 * The rotation `R` itself: by `angle` in the planes of coordinates (1,2), (3,4), …
 *
 * @param angle degrees, from 0 to 180
 * @param size number of coordinates
 * @throws InvalidInputError (option `angle`) where the angle is out of its range
 */
export function modeRotation(angle: number, size: number): Matrix {
  const { cos, sin } = turn(angle);
  const rotation = Matrix.eye(size);
  for (let index = 0; index + 1 < size; index += 2) {
    rotation.set(index, index, cos);
    rotation.set(index + 1, index + 1, cos);
    rotation.set(index, index + 1, -sin);
    rotation.set(index + 1, index, sin);
  }
  return rotation;
}

/** Cosine and sine of an angle in degrees, exact at 0°, 90° and 180° and symmetric about 45° and 90°. */
function turn(angle: number): { cos: number; sin: number } {
  if (!(angle >= 0 && angle <= 180)) throw new InvalidInputError('angle', angle, 'degrees from 0 to 180');
  if (angle > 90) {
    const { cos, sin } = turn(180 - angle);
    return { cos: -cos, sin };
  }
  if (angle > 45) {
    const { cos, sin } = turn(90 - angle);
    return { cos: sin, sin: cos };
  }
  const radians = (angle * Math.PI) / 180;
  return { cos: Math.cos(radians), sin: Math.sin(radians) };
}
