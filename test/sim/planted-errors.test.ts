import { describe, expect, test } from 'vitest';
import { answering, type Backend, make, type NetworkShape } from '../../src/sim/backends/backend.js';
import { type OpenBackend, openBackend } from '../../src/sim/backends/open-backend.js';
import { earlyExposure } from '../../src/sim/scenarios/early-exposure/early-exposure.js';
import { finetune } from '../../src/sim/scenarios/finetune/finetune.js';
import { gaussian } from '../../src/sim/scenarios/gaussian/gaussian.js';
import { regularize } from '../../src/sim/scenarios/regularize/regularize.js';
import { runScenario, verdictOf } from '../support/documents.js';

/*
 * What the checks are for: a backend that errs a little is noticed. docs/numerics.md says which errors the worst-case bounds of
 * float32 are too wide for; every one is noticed in float64.
 */

type Fault = 'weight' | 'step' | 'transposed';

const RELATIVE_ERROR = 1e-5;

function transpose(matrix: Float64Array, { rows, hidden }: NetworkShape): void {
  const before = matrix.slice(0, rows * hidden);
  for (let row = 0; row < rows; row++) {
    for (let unit = 0; unit < hidden; unit++) matrix[unit * rows + row] = before[row * hidden + unit]!;
  }
}

/** A backend that errs in every descent: in one weight, by one step too many, or by a transposed factor of its first network. */
function erring(backend: Backend, fault: Fault | undefined): Backend {
  const made = (rates: readonly number[]) => (fault === 'step' ? [...rates, rates.at(-1)!] : rates);
  return answering(backend, async (call) => {
    if (call.name === 'descendModes') {
      const [batch, rates] = call.inputs;
      const factors = await backend.descendModes(batch, made(rates));
      if (fault === 'weight') factors[0]! *= 1 + RELATIVE_ERROR;
      return factors;
    }
    if (call.name !== 'descendNetworks') return make(backend, call);
    const [batch, rates] = call.inputs;
    const weights = await backend.descendNetworks(batch, made(rates));
    if (fault === 'weight') weights.first[0]! *= 1 + RELATIVE_ERROR;
    if (fault === 'transposed') transpose(weights.first, batch.shape);
    return weights;
  });
}

const small = { dim: 4, tau: 3 };
const noisy = { ...small, times: '1,2,4,8', replicates: 30 };
const wider = { dim: 16, tau: 6, times: '1,4,16', replicates: 30 };
const tuned = { ...small, times: '2,8', learningRates: '0.02' };

/** The last list has what the check notices in float32 too. */
const cases = [
  ['T0', 'modes', gaussian, noisy, ['weight', 'step'], ['weight', 'step']],
  ['T0', 'matrix', gaussian, noisy, ['weight', 'step', 'transposed'], ['weight', 'step', 'transposed']],
  ['T0', 'matrix', gaussian, wider, ['weight', 'step', 'transposed'], ['step', 'transposed']],
  ['T0-descent', 'modes', earlyExposure, {}, ['weight', 'step'], ['step']],
  ['T4-steps', 'modes', finetune, tuned, ['weight', 'step'], ['weight', 'step']],
  ['T4-steps', 'matrix', finetune, tuned, ['weight', 'step', 'transposed'], ['weight', 'step', 'transposed']],
  ['T4-rotation', 'matrix', finetune, { ...tuned, angle: 30 }, ['weight', 'step', 'transposed'], ['transposed']],
  ['T5', 'matrix', regularize, { ...small, times: '2,8' }, ['weight', 'step', 'transposed'], ['step', 'transposed']],
] as const;

describe.each(cases)('%s by %s', (claim, engine, scenario, settings, faults, inFloat32) => {
  test.each(['simd64', 'simd'] as const)('notices a backend that errs, on %s', async (backend) => {
    const verdict = async (fault?: Fault) => {
      const open: OpenBackend = async (choice, need) => {
        const opened = await openBackend(choice, need);
        return { ...opened, backend: erring(opened.backend, fault) };
      };
      const document = await runScenario<never>(scenario as never, settings, { engine, backend, openBackend: open });
      return verdictOf(document, claim);
    };
    expect(await verdict()).toBe('holds');
    const noticed: Fault[] = [];
    for (const fault of faults) if ((await verdict(fault)) === 'fails') noticed.push(fault);
    expect(noticed).toEqual(backend === 'simd64' ? faults : inFloat32);
  });
});

test('so many steps in float32 have no check that could not fail: the reason names float64', async () => {
  const settings = { ...tuned, angle: 30, steps: 500_000 };
  const document = await runScenario(finetune, settings, { engine: 'matrix', backend: 'simd' });
  const check = document.checks.find(({ claim }) => claim === 'T4-rotation')!;
  expect(check.verdict).toBe('not-applicable');
  expect(check.reason).toContain('the backends simd64 and reference compute in float64');
  const float64 = await runScenario(finetune, settings, { engine: 'matrix', backend: 'simd64' });
  expect(verdictOf(float64, 'T4-rotation')).toBe('holds');
});
