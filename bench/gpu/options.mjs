// Options of run.sh, for every program that it starts.
import { parseArgs } from 'node:util';

export const usage = `run.sh [--software] [--quick] [--rounds N] [--out FOLDER] [--python PROGRAM]
  --software  accept a device that is simulated on the processor: to try this out, never to measure
  --quick     small sizes and two rounds
  --rounds    how often each is measured, 7 if not said
  --out       where the results go, the current folder if not said
  --python    interpreter with PyTorch, python3 if not said`;

/** The options, or a line that says what is wrong with them. */
export function readOptions(parameters) {
  try {
    const { values } = parseArgs({
      args: parameters,
      options: {
        software: { type: 'boolean', default: false },
        quick: { type: 'boolean', default: false },
        rounds: { type: 'string' },
        out: { type: 'string', default: '.' },
        python: { type: 'string', default: 'python3' },
        help: { type: 'boolean', default: false },
      },
    });
    const rounds = Number(values.rounds ?? (values.quick ? 2 : 7));
    if (!Number.isInteger(rounds) || rounds < 1 || rounds > 1000) {
      return `--rounds: "${values.rounds}" is not allowed; expected an integer from 1 to 1000`;
    }
    return { ...values, rounds };
  } catch (error) {
    return `${error.message.split('\n', 1)[0]}; --help lists what is allowed`;
  }
}
