import * as fc from 'fast-check';
import { Matrix } from 'ml-matrix';
import type { Weights } from '../balance.js';
import { descendFactors } from '../descent.js';
import { decay, gap, type Mode, singularValue, timeOfGap, velocity } from '../mode.js';
import { descendWeights } from '../rotated-finetuning.js';
import { type Conclusion, type Drawn, defineClaim, equal, tightest } from './engine/claim.js';
import * as draws from './engine/draws.js';
import { flowByTaylor, longestStep } from './engine/integration.js';
import * as networks from './engine/networks.js';

/** Where flow and descent start: dimensions beyond the modes, three orthogonal bases and a kind of start. */
const startFields = {
  /** Rows, hidden units and columns beyond the number of modes; none for the start `identity`. */
  extraRows: fc.nat({ max: 3 }),
  extraHidden: fc.nat({ max: 4 }),
  extraCols: fc.nat({ max: 3 }),
  /** Seeds of `U`, `V` and `R`. */
  leftSeed: draws.matrixSeed,
  rightSeed: draws.matrixSeed,
  hiddenSeed: draws.matrixSeed,
  /** `identity`: both factors start at a multiple of the identity, with the start of the first mode for all. */
  start: draws.weighted([12, fc.constant<'aligned'>('aligned')], [1, fc.constant<'identity'>('identity')]),
  /** The first factors are this many times those of a balanced start, the second ones these divided by it. */
  ratio: draws.weighted([12, fc.constant(1)], [1, fc.constantFrom(2, 0.5, 1.01)]),
};

type Start = { readonly [Field in keyof typeof startFields]: Drawn<(typeof startFields)[Field]> };

/** Of the factors of `count` modes. */
function basesOf(start: Start, count: number): networks.Bases {
  const size = (extra: number) => count + (start.start === 'identity' ? 0 : extra);
  return {
    left: draws.drawnOrthogonal(size(start.extraRows), start.leftSeed),
    inner: draws.drawnOrthogonal(size(start.extraHidden), start.hiddenSeed),
    right: draws.drawnOrthogonal(size(start.extraCols), start.rightSeed),
  };
}

const aligned = {
  name: 'aligned',
  statement:
    'the factors start as W1 = U D Rᵀ and W2 = R D′ Vᵀ with one orthogonal R and the singular vectors U, V of the task (multiples of the identity do so only where U = V)',
  holds: ({ start, leftSeed, rightSeed }: Start) => start === 'aligned' || leftSeed === rightSeed,
};

/** A start so small that its square root is all that a double can hold of its factors. */
const tinyMode = fc
  .record({ sigma: fc.constantFrom(1, 0.25, 2, 3), exponent: fc.integer({ min: -304, max: -13 }) })
  .map(({ sigma, exponent }) => ({ sigma, start: Number(`1e${exponent}`) }));

/** A mode that starts where it would end. */
const restingMode = fc.integer({ min: 1, max: 12 }).map((n) => ({ sigma: n / 4, start: n / 4 }));

const anyMode = draws.weighted([8, draws.mode], [1, tinyMode], [1, restingMode]);

/** A time of its own, or the half-time of the first mode and multiples of it, when most is going on. */
const clock = draws.weighted(
  [1, draws.flowTime.map((time) => ({ time, share: 0 }))],
  [1, draws.decades(-0.5, 0.5).map((share) => ({ time: 1, share }))],
);

const domain = fc
  .record({ modes: draws.listOf(8, anyMode), ...startFields, clock })
  .map(({ clock: { time, share }, ...rest }) => ({ ...rest, time: atShare(rest.modes[0]!, share, time) }));

type Instance = Drawn<typeof domain>;

/** T0: modes decouple, and each has a closed form. */
export const decoupling = defineClaim({
  id: 'T0',
  title: 'Modes decouple',
  statement:
    'From an aligned balanced start W1 = U D Rᵀ, W2 = R D Vᵀ gradient flow keeps W1W2 = U diag(s) Vᵀ, where each s_i solves ds/dt = 4s(σ − s) on its own: s_i(t) = σ_i/(1 + (σ_i/s_i(0) − 1)e^{−4σ_i t}).',
  origin: 'Saxe, McClelland and Ganguli 2014; used by the paper, section 4',
  domain,
  wellFormed: ({ modes, extraRows, extraHidden, extraCols, ratio, time }) =>
    modes.some(({ sigma }) => sigma > 0) &&
    modes.every(({ sigma, start }) => draws.areWithin([sigma, start], 0, 1e6)) &&
    draws.areWhole([extraRows, extraHidden, extraCols], 0, 12) &&
    ratio > 0 &&
    time >= 0,
  hypotheses: [
    aligned,
    {
      name: 'balanced',
      statement: 'the two factors of each mode start equal: D = D′',
      holds: ({ ratio, modes }) => ratio === 1 || modes.every(({ start }) => start === 0),
    },
  ],
  conclusion(instance) {
    const network = buildNetwork(instance);
    const { modes, time, atTime } = network;
    return tightest([
      flowsTo(network, network.atStart, 0),
      flowsTo(network, atTime, time),
      movesAt(network),
      ...modes.flatMap((each) => modeEquations(each, time)),
    ]);
  },
  toleranceReason:
    'rounding: some units in the last place of the terms per row of the matrices, and per unit of the exponent 4σt + |ln s(0)| for as long as the mode still grows',
});

/** The time itself, or a multiple of the half-time of a mode that has one. */
function atShare({ sigma, start }: Mode, share: number, time: number): number {
  const grows = share > 0 && start > 0 && start < sigma / 2;
  return grows ? Number(((share * Math.log(sigma / start - 1)) / (4 * sigma)).toPrecision(4)) : time;
}

/** Modes, bases, the task, and weights at the start and, aligned and balanced, at the time. */
function buildNetwork(instance: Instance) {
  const { ratio, time } = instance;
  const identity = instance.start === 'identity';
  const common = instance.modes[0]!.start;
  const modes = instance.modes.map(({ sigma, start }) => ({ sigma, start: identity ? common : start }));
  const bases = basesOf(instance, modes.length);
  const values = modes.map((each) => singularValue(each, time));
  const starts = modes.map(({ start }) => Math.sqrt(start));
  const onFirst = starts.map((factor) => factor * ratio);
  const onSecond = starts.map((factor) => factor / ratio);
  return {
    modes,
    time,
    bases,
    task: networks.alignedTask(bases, draws.pluck(modes, 'sigma')),
    atStart: identity
      ? { first: Matrix.diag(onFirst), second: Matrix.diag(onSecond) }
      : networks.weightsOfFactors(bases, onFirst, onSecond),
    atTime: networks.alignedWeights(bases, values),
  };
}

type Network = ReturnType<typeof buildNetwork>;

/** Gradient flow of the full matrices over a short time, from the definition, changes them as the modes say. */
function flowsTo({ modes, bases, task }: Network, from: Weights, time: number): Conclusion {
  const until = time + Math.min(1, longestStep(from.first, from.second, task) / 2);
  const { first, second } = flowByTaylor(from.first, from.second, task, until - time);
  const change = Matrix.sub(first.mmul(second), from.first.mmul(from.second));
  const changes = modes.map((each) => singularValue(each, until) - singularValue(each, time));
  const dims = task.rows + task.columns + first.columns;
  const size = modes.reduce((sum, each) => sum + roundingOfValue(each, time), 0);
  return networks.vanishes(
    `distance of the change of W1W2 from that of its modes, time ${time} to ${until}`,
    networks.matrixDistance(change, networks.alignedTask(bases, changes)),
    // At the start s may be far smaller than the factors that an unbalanced start multiplies to it.
    8 * dims * Number.EPSILON * (size + from.first.norm() * from.second.norm()) + Number.MIN_VALUE,
  );
}

/** The velocity of the product of the full matrices is diagonal in the same bases, with the velocities of the modes. */
function movesAt({ modes, time, bases, task, atTime: { first, second } }: Network): Conclusion {
  const pull = first.mmul(second).sub(task).mul(-2);
  const move = pull.mmul(second.transpose()).mmul(second).add(first.mmul(first.transpose()).mmul(pull));
  const velocities = modes.map((each) => velocity(each, time));
  const fastest = modes.reduce((most, { sigma, start }) => Math.max(most, sigma, start), 0);
  const size = modes.reduce((sum, each) => sum + roundingOfValue(each, time), 0);
  return networks.vanishes(
    `‖d(W1W2)/dt − U diag(ds/dt) Vᵀ‖ at time ${time}`,
    networks.matrixDistance(move, networks.alignedTask(bases, velocities)),
    32 * (task.rows + task.columns) * Number.EPSILON * fastest * size + Number.MIN_VALUE,
  );
}

/** Size of the rounding errors of `s(time)`, in units of ε. */
function roundingOfValue(each: Mode, time: number): number {
  if (each.start === 0) return 0;
  const exponent = each.sigma * time * 4 + Math.abs(Math.log(each.start));
  const share = decay(each, time);
  return singularValue(each, time) * (4 + (share === 0 ? 0 : exponent * share));
}

/**
 * The equations, other than the closed form itself, that determine `s(time)`, the gap, its share and the velocity of a mode
 * on their own, and those that its inverse obeys.
 */
function modeEquations(each: Mode, time: number): Conclusion[] {
  const { sigma, start } = each;
  const value = singularValue(each, time);
  const share = decay(each, time);
  const initial = sigma - start;
  const size = Math.max(sigma, start);
  const rounding = 8 * Number.EPSILON;
  const growing = start > 0 && share > 0 ? (4 * sigma * time + Math.abs(Math.log(start))) * value * share : 0;
  const parts = [
    equal(
      [`s + (σ − s(0))·decay of the mode ${sigma} at ${time}`, value + initial * share],
      ['σ', sigma],
      rounding * (4 * size + growing) + Number.MIN_VALUE,
    ),
    equal(
      ['gap', gap(each, time)],
      ['(σ − s(0))·decay', initial * share],
      rounding * Math.abs(initial * share) + Number.MIN_VALUE,
    ),
    equal(
      ['velocity', velocity(each, time)],
      ['4s(σ − s)', 4 * value * gap(each, time)],
      rounding * 4 * Math.abs(value * gap(each, time)) + Number.MIN_VALUE,
    ),
  ];
  if (start === 0) return parts;
  // Where the equation says that the share is a normal double, it has to be.
  if (Math.log(value) - Math.log(start) - 4 * sigma * time > -650)
    parts.push(implicitEquation(each, time, value, share));
  if (4 * sigma * time <= 1) parts.push(linearEquation(each, time, value));
  if (Math.abs(initial * share) > 1e-290) parts.push(...inverseEquations(each, time));
  return parts;
}

/** `ln(s/s(0)) = 4σt + ln decay`: what `d ln s/dt = 4(σ − s)` and `d ln|σ − s|/dt = −4s` have in common. */
function implicitEquation({ sigma, start }: Mode, time: number, value: number, share: number): Conclusion {
  const [end, begin, exponent] = [Math.log(value), Math.log(start), 4 * sigma * time];
  return equal(
    [`ln(s/s(0)) − ln decay of the mode ${sigma}`, end - begin - Math.log(share)],
    ['4σt', exponent],
    16 * Number.EPSILON * (4 + Math.abs(end) + Math.abs(begin) + exponent),
  );
}

/** `u = 1/s` solves `u̇ = 4 − 4σu`: its power series, for times at which it converges at once. */
function linearEquation({ sigma, start }: Mode, time: number, value: number): Conclusion {
  let term = 1;
  let sum = 1;
  for (let order = 1; order <= 20; order++) {
    term *= ((order === 1 ? 4 * start - 4 * sigma : -4 * sigma) * time) / order;
    sum += term;
  }
  return equal(
    [`s of the mode ${sigma}`, value],
    ['s(0)/(1 + 4(s(0) − σ)t + …)', start / sum],
    // The terms are at most 4·s(0)·t + 4σt of a sum that is at least their third.
    32 * Number.EPSILON * value,
  );
}

/** `timeOfGap` undoes `gap`, and knows the gaps that the mode never has. */
function inverseEquations(each: Mode, time: number): Conclusion[] {
  const { sigma, start } = each;
  const initial = sigma - start;
  const left = gap(each, time);
  const value = singularValue(each, time);
  // A relative error of the gap is one of dt = −dg/(4sg); s itself is found as σ − g.
  const conditioning = (1 + Math.max(sigma, start) / Math.abs(left) + sigma / value) / (4 * value);
  const exponent = 8 + 4 * sigma * time + Math.abs(Math.log(start));
  return [
    equal(
      [`time of the gap ${left} of the mode ${sigma}`, timeOfGap(each, left)],
      ['time', time],
      8 * Number.EPSILON * (time + exponent * Math.min(conditioning, 1e300)),
    ),
    equal(['time of twice the initial gap', timeOfGap(each, 2 * initial)], ['time', 0], Number.MIN_VALUE),
    networks.vanishes(
      'share of the initial gap with the other sign ever reached',
      1 / timeOfGap(each, -initial / 2),
      Number.MIN_VALUE,
    ),
  ];
}

const factor = draws.weighted(
  [4, draws.quotients(1, 12, 8)],
  [3, fc.integer({ min: -20, max: -1 }).map((exponent) => Number(`1e${exponent}`))],
  [1, fc.integer({ min: -12, max: -1 }).map((n) => n / 8)],
  [1, fc.constant(0)],
);

/** T0-descent: gradient descent is as many scalar recurrences as there are modes. */
export const descentOfModes = defineClaim({
  id: 'T0-descent',
  title: 'Gradient descent is one scalar recurrence per mode',
  statement:
    'K steps of gradient descent of the full matrices from an aligned balanced start W1 = U D Rᵀ, W2 = R D Vᵀ, at any learning rates η_1 … η_K, keep this form and act on each mode alone, exactly: D_i ← D_i − 2ηD_i(D_i² − σ_i).',
  origin: 'ours; the continuous-time fact is Saxe, McClelland and Ganguli 2014',
  domain: fc.record({
    /** Singular value of the task and factor `D` of the network, of any sign. */
    modes: draws.listOf(8, fc.record({ sigma: draws.weighted([8, draws.singularValue], [1, fc.constant(0)]), factor })),
    ...startFields,
    /** Steps of one rate, the rate in units of `1/(2 max(σ, D²))`. */
    blocks: draws.listOf(
      4,
      fc.record({
        steps: fc.integer({ min: 0, max: 8 }),
        relativeRate: draws.weighted([4, draws.quotients(1, 12, 16)], [1, fc.constantFrom(1, 1.25, 0.01, 0)]),
      }),
    ),
  }),
  wellFormed: ({ modes, extraRows, extraHidden, extraCols, ratio, blocks }) =>
    modes.some(({ sigma }) => sigma > 0) &&
    modes.every(({ sigma, factor }) => draws.areWithin([sigma], 0, 1e6) && Math.abs(factor) <= 1e3) &&
    draws.areWhole([extraRows, extraHidden, extraCols], 0, 12) &&
    ratio > 0 &&
    blocks.length <= 8 &&
    blocks.every(
      ({ steps, relativeRate }) => draws.areWhole([steps], 0, 12) && draws.areWithin([relativeRate], 0, 1.25),
    ),
  hypotheses: [
    aligned,
    {
      name: 'balanced',
      statement: 'the two factors of each mode start equal: D = D′',
      holds: ({ ratio, modes }) => ratio === 1 || modes.every((mode) => mode.factor === 0),
    },
  ],
  conclusion(instance) {
    const { modes, ratio, blocks } = instance;
    const identity = instance.start === 'identity';
    const sigmas = draws.pluck(modes, 'sigma');
    const factors = modes.map(({ factor }) => (identity ? modes[0]!.factor : factor));
    const drawn = basesOf(instance, sigmas.length);
    // In multiples of the identity the hidden units are the rows of the task.
    const bases = identity ? { ...drawn, inner: drawn.left } : drawn;
    const task = networks.alignedTask(bases, sigmas);
    const begin = identity
      ? { first: Matrix.diag(factors), second: Matrix.diag(factors) }
      : networks.weightsOfFactors(bases, factors);
    const unit = sigmas.reduce((most, sigma, index) => Math.max(most, sigma, factors[index]! ** 2), 0);
    const from: Weights = { first: begin.first.mul(ratio), second: begin.second.mul(1 / ratio) };
    let weights = from;
    const rates: number[] = [];
    for (const { steps, relativeRate } of blocks) {
      const rate = unit > 0 ? relativeRate / (2 * unit) : relativeRate;
      weights = descendWeights(weights.first, weights.second, task, rate, steps);
      rates.push(...new Array<number>(steps).fill(rate));
    }
    const ends = descendFactors(factors, sigmas, rates);
    const changes = ends.map((end, index) => end - factors[index]!);
    const expected = networks.weightsOfFactors(bases, changes);
    const dims = task.rows + task.columns + bases.inner.rows;
    const tolerance = roundingOfDescent(dims, factors, sigmas, rates) + Number.MIN_VALUE;
    return tightest(
      (['first', 'second'] as const).map((layer, index) =>
        networks.vanishes(
          `distance of the change of W${index + 1} from that of its modes`,
          networks.matrixDistance(Matrix.sub(weights[layer], from[layer]), expected[layer]),
          tolerance,
        ),
      ),
    );
  },
  toleranceReason:
    'rounding of one unit in the last place per row of the matrices and step, carried forward by the Lipschitz constant of each step',
});

/** Bound on the rounding errors of the weights, by the Lipschitz constant of each step. */
function roundingOfDescent(
  dims: number,
  start: readonly number[],
  sigmas: readonly number[],
  rates: readonly number[],
): number {
  const task = Math.hypot(...sigmas);
  let factors = start;
  let error = dims * Number.EPSILON * Math.hypot(...factors);
  for (const rate of rates) {
    const size = Math.hypot(...factors);
    const stretch = 1 + 2 * rate * (3 * size * size + task);
    error = stretch * (error + 2 * dims * Number.EPSILON * size);
    factors = descendFactors(factors, sigmas, [rate]);
  }
  return error;
}
