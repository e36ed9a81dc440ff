import { beforeAll, describe, expect, test } from 'vitest';
import { checkEffectiveTask, checkSteps, type FineTuningRun } from '../../../../src/sim/finetuning/checks/numbers.js';
import { checkPlanes } from '../../../../src/sim/finetuning/checks/turned.js';
import { fineTuningRun, mispredicted, tampered } from '../../../support/finetuning-run.js';

const settings = { dim: 3, spectrum: '2,1,0.5', tau: 3, times: '0.5,2,8', target: '1,2.5,1.4', steps: 40 };
const curves = [0, 0.5].map((pull) => ({ key: pull, rate: 0.02, pull }));

/** The changes that an examiner made to single lines of the program, as they show in one network. */
const factors = [
  ['lossPre', 1.02],
  ['lossPre', 1.1],
  ['lossPre', 1.5],
  ['lossFt', 1.02],
  ['forgetting', -1],
  ['forgetting', -3],
] as const;

describe.each([
  ['engine modes', {}, {}, [checkSteps, checkEffectiveTask]],
  ['engine matrix in float32', {}, { engine: 'matrix', backend: 'webasm' }, [checkSteps, checkEffectiveTask]],
  ['trained checkpoints', { pretraining: 'descent' }, {}, [checkSteps, checkEffectiveTask]],
  ['turned singular vectors', { angle: 30 }, {}, [checkPlanes]],
] as const)('theory beside simulation, %s', (_, variant, context, checks) => {
  let run: FineTuningRun;
  beforeAll(async () => {
    run = await fineTuningRun({ ...settings, ...variant }, curves, context);
  });

  test('holds as it is', () => {
    for (const check of checks) expect(check(run).verdict).toBe('holds');
  });

  test.each(factors)('fails where the simulated %s is %d times what it was', (name, factor) => {
    const other = tampered(run, 1, 2, (tuned) => ({ [name]: factor * tuned[name] }));
    for (const check of checks) expect(check(other).verdict).toBe('fails');
  });

  test.each(factors)('fails where the predicted %s is %d times what it was', (name, factor) => {
    const other = mispredicted(run, 0, 1, (prediction) => ({ [name]: factor * prediction[name] }));
    for (const check of checks) expect(check(other).verdict).toBe('fails');
  });
});
