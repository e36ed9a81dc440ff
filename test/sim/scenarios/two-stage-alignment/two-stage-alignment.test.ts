import { describe, expect, test } from 'vitest';
import {
  type TwoStageParameters,
  twoStageAlignment,
} from '../../../../src/sim/scenarios/two-stage-alignment/two-stage-alignment.js';
import { records, runScenario } from '../../../support/documents.js';
import { textbookValue } from '../../../support/textbook.js';

/*
 * The oracle: steps of both layers of every mode written out, with a geometry of its own for the fine-tuning task.
 */
function descended(start: number, goal: number, rate: number, steps: number): number {
  let [left, right] = [Math.sqrt(start), Math.sqrt(start)];
  for (let step = 0; step < steps; step++) {
    const error = left * right - goal;
    [left, right] = [left - 2 * rate * error * right, right - 2 * rate * error * left];
  }
  return left * right;
}

function oracle(parameters: TwoStageParameters, place: number, offset: number) {
  const { spectrum, target, tau, time, learningRate, finetuningSteps, steps } = parameters;
  const base = spectrum.map((sigma) => textbookValue(sigma, Math.exp(-2 * tau), time));
  const way = target.map((goal, mode) => goal - spectrum[mode]!);
  const dot = (a: readonly number[], b: readonly number[]) => a.reduce((sum, value, i) => sum + value * b[i]!, 0);
  const signs = way.map((step, mode) => step * (-1) ** mode);
  const side = signs.map((step, mode) => step - (dot(signs, way) / dot(way, way)) * way[mode]!);
  const scale = Math.sqrt(dot(way, way) / dot(side, side));
  const tuned = base.map((start, mode) => {
    const goal = spectrum[mode]! + place * way[mode]! + offset * scale * side[mode]!;
    return descended(start, Math.max(0, goal), learningRate, finetuningSteps);
  });
  const lossOf = (values: readonly number[]) => values.reduce((sum, s, mode) => sum + (s - target[mode]!) ** 2, 0);
  const align = (starts: readonly number[]) => {
    const after = lossOf(starts.map((start, mode) => descended(start, target[mode]!, learningRate, steps)));
    return { gain: lossOf(starts) - after, end: after };
  };
  return { base: align(base), tuned: align(tuned) };
}

const small = {
  dim: 4,
  spectrum: '1,0.8,0.5,0.4',
  target: '2,0.5,1.5,0.4',
  time: 12,
  places: '-0.4,0,0.5,1,1.7',
  offsets: '0,0.2,0.9',
  finetuningSteps: 300,
};

describe('two-stage alignment', () => {
  test.each(['modes', 'exact'] as const)('agrees with steps written out, engine %s', async (engine) => {
    const document = await runScenario(twoStageAlignment, small, { engine });
    const parameters = document.params as TwoStageParameters;
    const rows = records(document, 'map');
    expect(rows.length).toBe(15);
    for (const row of rows) {
      const exact = oracle(parameters, Number(row.place), Number(row.offset));
      const expected = {
        gain_base: exact.base.gain,
        gain_ft: exact.tuned.gain,
        end_base: exact.base.end,
        end_ft: exact.tuned.end,
        gain_difference: exact.base.gain - exact.tuned.gain,
        end_difference: exact.base.end - exact.tuned.end,
      };
      for (const [name, value] of Object.entries(expected)) {
        expect(Math.abs(Number(row[`${name}_theory`]) - value)).toBeLessThan(1e-10);
        if (engine === 'exact') expect(row[`${name}_sim`]).toBeNull();
        // 340 steps in float32: 16 u of each value of up to 3 in each step, on gaps of up to 3.
        else expect(Math.abs(Number(row[`${name}_sim`]) - value)).toBeLessThan(4 * 18 * 16 * 2 ** -24 * 341);
      }
    }
    for (const { verdict } of document.checks) expect(verdict).not.toBe('fails');
  });

  test('an unlearned base gains little, which leaves the verdict open', async () => {
    const document = await runScenario(twoStageAlignment, { preset: 'short-pre-training' });
    expect(document.verdict?.verdict).toBe('open in the linear model');
    expect(document.checks[0]!.reason).toContain('nothing is claimed of gains');
  });

  test('alignment to convergence ends alike from everywhere', async () => {
    const document = await runScenario(twoStageAlignment, { preset: 'long-alignment' });
    expect(document.verdict?.verdict).toBe('open in the linear model');
  });

  test.each([
    [{ target: 'shuffle' }, 'target: "shuffle" is not allowed; expected a target that needs no seed'],
    [{ target: 'scale:1' }, 'target: "scale:1" is not allowed; expected a task that differs'],
    [{ learningRate: 0.2 }, 'learningRate: 0.2 is not allowed; expected a rate up to'],
    [{ offsets: '-1,0' }, 'offsets: "-1,0" is not allowed'],
  ])('%o is refused in one line', (settings, message) => {
    expect(() => runScenario(twoStageAlignment, settings)).toThrow(message);
  });
});
