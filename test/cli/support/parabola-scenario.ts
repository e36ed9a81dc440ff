import { z } from 'zod';
import { described, numeric, numericList } from '../../../src/sim/scenario/parameter.js';
import {
  judge,
  notApplicable,
  type ParametersPlan,
  type RunContext,
  type RunEvent,
  type Scenario,
} from '../../../src/sim/scenario/scenario.js';
import type { Column } from '../../../src/sim/scenario/table.js';
import { InvalidInputError } from '../../../src/theory/invalid-input.js';

interface ParabolaParameters {
  readonly count: number;
  readonly gammas: readonly number[];
  readonly fail: boolean;
  readonly pause: number;
}

const column = (name: string): Column => ({ name, unit: '1', description: `the ${name}` });

/**
 * A scenario that costs nothing: parabolas `(time − 1/gamma)² + 1`, with ten columns' worth of the events that real
 * ones send. `fail` makes its check fail, `pause` waits so many milliseconds between events.
 */
export const parabola: Scenario<ParabolaParameters, ParametersPlan<ParabolaParameters>> = {
  id: 'parabola',
  title: 'Parabolas with their minima at 1/γ',
  summary: 'Each curve falls and then rises.',
  source: 'made up for the tests',
  group: 'main paper',
  claims: ['T1', 'T10', 'T2'],
  engines: ['exact', 'modes'],
  schema: z.object({
    count: described(numeric(z.number().int().min(1).max(1000)), {
      description: 'number of times',
      unit: '1',
      range: 'an integer from 1 to 1000',
      default: '40',
    }),
    gammas: described(numericList(z.array(z.number().positive()).min(1)), {
      description: 'one curve for each',
      unit: '1',
      range: 'positive numbers',
      default: '0.2,0.1',
    }),
    fail: described(
      z.enum(['yes', 'no']).transform((word) => word === 'yes'),
      { description: 'whether the check fails', unit: '1', range: 'yes or no', choices: ['yes', 'no'], default: 'no' },
    ),
    pause: described(numeric(z.number().min(0)), {
      description: 'wait between events',
      unit: 'ms',
      range: 'a number of at least 0',
      default: '0',
    }),
  }),
  tables: {
    curve: [column('gamma'), column('time'), column('loss_theory'), column('loss_sim')],
    inflection: [column('gamma'), column('time_theory'), column('time_sim'), column('note, "quoted"')],
  },
  figures: [
    {
      id: 'curve',
      title: 'Loss over time',
      table: 'curve',
      x: { column: 'time', label: 'time', scale: 'linear' },
      y: { label: 'loss', scale: 'log', theory: 'loss_theory', simulation: 'loss_sim' },
      series: 'gamma',
      inflection: { table: 'inflection', theory: 'time_theory', simulation: 'time_sim' },
    },
  ],
  resolve(parsed) {
    const parameters = parsed as unknown as ParabolaParameters;
    if (parameters.gammas.length > parameters.count)
      throw new InvalidInputError('gammas', parameters.gammas, 'no more than count');
    return parameters;
  },
  plan: (parameters, { engine }) =>
    engine === 'modes'
      ? { engine, backend: { float64Reason: 'parabolas are exact' }, parameters }
      : { engine: 'exact', parameters },
  run,
};

async function* run(
  { parameters: { count, gammas, fail, pause } }: ParametersPlan<ParabolaParameters>,
  { seed }: RunContext,
): AsyncGenerator<RunEvent, void, undefined> {
  for (const [index, gamma] of gammas.entries()) {
    const times = Array.from({ length: count }, (_, i) => (20 * i) / Math.max(1, count - 1));
    const rows = times.map((time) => {
      const loss = (time - 1 / gamma) ** 2 + 1;
      return [gamma, time, loss, time > 15 ? null : loss * (1 + 0.1 * Math.sin(seed + time))];
    });
    yield { kind: 'rows', table: 'curve', rows };
    const minimum = times.reduce((a, b) => (Math.abs(b - 1 / gamma) < Math.abs(a - 1 / gamma) ? b : a));
    yield { kind: 'rows', table: 'inflection', rows: [[gamma, minimum, null, 'a, b']] };
    yield { kind: 'progress', done: index + 1, total: gammas.length, label: `gamma ${gamma}` };
    if (pause > 0) await new Promise((resolve) => setTimeout(resolve, pause));
  }
  yield { kind: 'check', check: judge('T1', fail ? -1 : 0.25, 0.125, 'each minimum lies at 1/γ') };
  yield { kind: 'check', check: notApplicable('T2', 'there is no network') };
  yield { kind: 'warning', text: 'parabolas are not networks' };
  yield { kind: 'diverged', divergence: { network: 'learning rate 9', step: 3, learning_rate: 9 } };
}
