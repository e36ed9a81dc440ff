import { effectiveSpeed, effectiveValue } from '../../theory/regularization.js';
import { unlearnableLoss } from '../../theory/trajectory.js';
import type { Backend, ModeBatch } from '../backends/backend.js';
import type { StartingPoint } from './starting-point.js';
import type { Tuned, Tuner } from './tuner.js';
import { type FineTuningStudy, sharedValues, type Tuning } from './tuning.js';

/** Networks in the basis of their singular vectors, with what they were before. */
interface ModeState {
  readonly batch: ModeBatch;
  readonly tunings: readonly Tuning[];
}

/**
 * Engine `modes` for fine-tuning: where the tasks share their singular vectors, K steps are scalar recurrences (T4), with a
 * pull λ at `1 + λ` times the rate toward `(σ^ft + λ s_0)/(1 + λ)` (T5).
 *
 * @param starts the checkpoints by position
 */
export function modeTuner(
  { problem, anchor }: FineTuningStudy,
  starts: readonly StartingPoint[],
  backend: Backend,
): Tuner<ModeState> {
  const modes = problem.modes.length;
  const factorsOf = ({ at }: Tuning) => (starts[at]!.trained as Float64Array) ?? starts[at]!.factors;
  return {
    bytesPerNetwork: 8 * 6 * modes,
    workPerStep: 6 * modes,
    start(tunings) {
      const factors = new Float64Array(tunings.length * modes);
      const sigmas = new Float64Array(tunings.length * modes);
      tunings.forEach((tuning, network) => {
        const before = factorsOf(tuning);
        const values = shared(tuning);
        factors.set(before, network * modes);
        problem.modes.forEach(({ sigma }, mode) => {
          const anchored = anchor === 'checkpoint' ? before[mode]! ** 2 : sigma;
          sigmas[network * modes + mode] = effectiveValue(values[mode]!, anchored, tuning.pull);
        });
      });
      const rateScale = Float64Array.from(tunings, ({ rate, pull }) => rate * effectiveSpeed(pull));
      return { batch: { count: tunings.length, modes, factors, sigmas, rateScale }, tunings };
    },
    async advance({ batch, tunings }, steps) {
      const factors = await backend.descendModes(batch, new Array<number>(steps).fill(1));
      return { batch: { ...batch, factors }, tunings };
    },
    measure({ batch, tunings }) {
      return tunings.map((tuning, network): Tuned => {
        const { gaps } = starts[tuning.at]!;
        const before = factorsOf(tuning);
        const values = shared(tuning);
        let lossPre = unlearnableLoss(problem);
        let lossFt = values.slice(modes).reduce((sum, value) => sum + value ** 2, 0);
        let forgetting = 0;
        const singularValues = Float64Array.from(problem.modes, ({ sigma }, mode) => {
          const factor = batch.factors[network * modes + mode]!;
          const after = factor * factor;
          const moved = factor === before[mode] ? 0 : after - before[mode]! ** 2;
          lossPre += (after - sigma) ** 2;
          lossFt += (after - values[mode]!) ** 2;
          forgetting += moved * (after - sigma - gaps[mode]!);
          return after;
        });
        return { lossPre, lossFt, forgetting, singularValues };
      });
    },
  };
}

function shared({ task }: Tuning): readonly number[] {
  const values = sharedValues(task);
  if (values === undefined) throw new Error(`modes do not decouple at ${task.angle} degrees`);
  return values;
}
