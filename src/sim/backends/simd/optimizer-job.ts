import type { NetworkShape, OptimizedNetworks, OptimizerRun } from '../backend.js';
import { optimizerStep, stepCoefficients, type TrainingRule } from '../optimizer.js';
import { type Arena, padded } from './arena.js';
import { runOn, type SimdSession } from './job.js';
import { type OperationList, OptimizerProgram, type ProgramMatrix } from './optimizer-program.js';

/** Steps of an optimiser on an ensemble, see `Backend.optimizeNetworks`. */
export async function optimizeNetworksOn(
  session: SimdSession,
  networks: OptimizedNetworks,
  run: OptimizerRun,
): Promise<OptimizedNetworks> {
  const { arena } = session;
  const { shape, count, taken } = networks;
  const { rows, hidden, cols } = shape;
  const { optimizer, rates, inputs } = run;
  arena.clear();
  const [p, h, q] = [padded(rows), padded(hidden), padded(cols)];
  const { bytes } = arena;
  const state = [networks, ...networks.moments].map((layers) => arena.putLayers(layers, count, shape));
  // In the order of the places of `recordedProgram`.
  const places = [
    ...state.flatMap(({ first, second }) => [
      [first, p * h * bytes, 0],
      [second, h * q * bytes, 0],
    ]),
    [arena.putMatrices(networks.target, count, rows, cols), p * q * bytes, 0],
  ];
  if (inputs !== undefined) {
    const moment = q * q * bytes;
    places.push([arena.putMatrices(inputs, count * rates.length, cols, cols), moment, moment * count]);
  }
  const program = programOf(optimizer, shape, bytes, inputs !== undefined);
  const { names, constants } = program;
  const columns = names.length + constants.length;
  const numbers = new Float64Array(rates.length * columns);
  const lists = rates.map((_, step) => {
    const coefficients = stepCoefficients(optimizer, taken + step + 1);
    const row = numbers.subarray(step * columns, (step + 1) * columns);
    names.forEach((name, column) => {
      row[column] = coefficients[name]!;
    });
    row.set(constants, names.length);
    return program.listFor(row);
  });
  await runOn(session, {
    kernel: 'runProgram',
    numbers: [
      putLists(arena, lists),
      rates.length,
      arena.put(places.flat(), 'i32'),
      places.length,
      arena.put(numbers, 'f64'),
      columns,
      arena.put(rates, 'f64'),
      arena.put(networks.rateScale, 'f64'),
      // The table of places is behind the room.
      program.roomBytes,
    ],
    items: count,
    workPerItem: lists.reduce((sum, { work }) => sum + work, 0),
    scratchBytes: program.roomBytes + 4 * places.length,
  });
  const [weights, ...moments] = state.map((layers) => arena.takeLayers(layers, count, shape));
  return { ...networks, ...weights, moments, taken: taken + rates.length };
}

/** For every step where its operations begin and end; lists of several steps are put down once. */
function putLists(arena: Arena, lists: readonly OperationList[]): number {
  const addresses = new Map<OperationList, number>();
  for (const list of lists) {
    if (!addresses.has(list)) addresses.set(list, arena.put(list.words, 'i32'));
  }
  const ends = lists.flatMap((list) => [addresses.get(list)!, addresses.get(list)! + list.words.byteLength]);
  return arena.put(ends, 'i32');
}

/** Programs of rules, by shape: a rule is recorded once for all calls. */
const programs = new WeakMap<TrainingRule, Map<string, OptimizerProgram>>();

function programOf(rule: TrainingRule, shape: NetworkShape, bytes: number, hasInputs: boolean): OptimizerProgram {
  const ofRule = programs.get(rule) ?? new Map<string, OptimizerProgram>();
  programs.set(rule, ofRule);
  const key = `${shape.rows} ${shape.hidden} ${shape.cols} ${bytes} ${hasInputs}`;
  const program = ofRule.get(key) ?? recordedProgram(rule, shape, bytes, hasInputs);
  ofRule.set(key, program);
  return program;
}

/** One step of a rule, written down; of what lasts the layers and their moments come first, then the task, and the inputs. */
function recordedProgram(rule: TrainingRule, shape: NetworkShape, bytes: number, hasInputs: boolean): OptimizerProgram {
  const [p, h, q] = [padded(shape.rows), padded(shape.hidden), padded(shape.cols)];
  let lasting = 0;
  const lasts = (rows: number, cols: number): ProgramMatrix => {
    lasting++;
    return { place: -lasting, rows, cols };
  };
  const state = Array.from({ length: 1 + rule.moments }, () => ({ first: lasts(p, h), second: lasts(h, q) }));
  const target = lasts(p, q);
  const inputs = hasInputs ? lasts(q, q) : undefined;
  const program = new OptimizerProgram(Object.keys(stepCoefficients(rule, 1)), bytes, inputs);
  optimizerStep(program, rule, shape, state, target).forEach((after, index) => {
    program.store(after.first, state[index]!.first);
    program.store(after.second, state[index]!.second);
  });
  return program;
}
