import * as fc from 'fast-check';
import { Matrix } from 'ml-matrix';
import { deepMode, deepVelocity } from '../depth.js';
import type { Mode } from '../mode.js';
import { atMost, type Conclusion, type Drawn, defineClaim, equal, tightest } from './engine/claim.js';
import * as draws from './engine/draws.js';
import { panelIntegral } from './engine/integration.js';
import { diagonalInBases, matrixDistance, vanishes } from './engine/networks.js';

/** Modes of a deep network, its depth, its bases, a kind of start and a time. */
const domain = fc
  .record({
    /** `start` is the singular value of the product of all layers at time 0. */
    modes: draws.listOf(4, draws.mode),
    depth: draws.weighted(
      [6, fc.integer({ min: 2, max: 6 })],
      [2, fc.integer({ min: 7, max: 40 })],
      [1, fc.constantFrom(100, 1000, 1_000_000)],
    ),
    /** Units of every hidden layer beyond the number of modes; none for the start `identity`. */
    extraHidden: fc.nat({ max: 2 }),
    /** Seeds of the singular vectors of the task and of the bases of the layers; 0 for identities. */
    leftSeed: draws.matrixSeed,
    rightSeed: draws.matrixSeed,
    /** `identity`: every layer starts at a multiple of the identity, with the start of the first mode for all. */
    start: draws.weighted([12, fc.constant<'aligned'>('aligned')], [1, fc.constant<'identity'>('identity')]),
    /** The first layer starts this many times, the last one this part of what a balanced start has. */
    ratio: draws.weighted([12, fc.constant(1)], [1, fc.constantFrom(2, 0.5, 1.01)]),
    clock: draws.weighted(
      [1, draws.flowTime.map((time) => ({ time, share: 0 }))],
      [2, draws.decades(-1, 0.5).map((share) => ({ time: 1, share }))],
    ),
  })
  .map(({ clock: { time, share }, ...rest }) => ({
    ...rest,
    time: share > 0 ? atShare(rest.modes[0]!, rest.depth, share, time) : time,
  }));

type Instance = Drawn<typeof domain>;

/** Deeper networks are judged by their time integral alone. */
const MOST_LAYERS = 40;

/** T0″: a balanced network of any depth. */
export const depth = defineClaim({
  id: 'T0-depth',
  title: 'Balanced networks of any depth',
  statement:
    'From an aligned balanced start of L ≥ 2 layers gradient flow keeps the product aligned, with ds/dt = 2L s^{2−2/L}(σ − s) for each singular value, so that with x = ln(s/|σ − s|) the time is t = ∫(1 ± e^{−x})^{1−2/L} dx/(2Lσ^{2−2/L}), + below and − above σ.',
  origin: 'velocity: Saxe et al. 2014, Arora et al. 2018; the form of the time integral: ours',
  domain,
  wellFormed: ({ modes, depth, extraHidden, ratio, time }) =>
    modes.some(({ sigma }) => sigma > 0) &&
    modes.every(({ sigma, start }) => draws.areWithin([sigma, start], 0, 1e6)) &&
    draws.areWhole([depth], 2, 1e6) &&
    draws.areWhole([extraHidden], 0, 12) &&
    ratio > 0 &&
    draws.areWithin([time], 0, 1e12),
  hypotheses: [
    {
      name: 'aligned',
      statement:
        'the layers start as W_l = R_{l−1} D_l R_lᵀ with orthogonal R_l, R_0 = U and R_L = V being the singular vectors of the task (multiples of the identity do so only where U = V)',
      holds: ({ start, leftSeed, rightSeed }) => start === 'aligned' || leftSeed === rightSeed,
    },
    {
      name: 'balanced',
      statement: 'all layers start with the same factors: D_1 = … = D_L',
      holds: ({ ratio, modes }) => ratio === 1 || modes.every(({ start }) => start === 0),
    },
  ],
  conclusion(instance) {
    const { modes, depth, time } = instance;
    const common = modes[0]!.start;
    const begin = modes.map(({ start }) => (instance.start === 'identity' ? common : start));
    const ends = modes.map((each) => deepMode(each, depth, time).value);
    const parts = modes.flatMap((each) => timeParts(each, depth, time));
    if (depth <= MOST_LAYERS) {
      parts.push(movesAt(instance, begin, instance.ratio, instance.start), movesAt(instance, ends, 1, 'aligned'));
    }
    return tightest(parts);
  },
  toleranceReason:
    'rounding: 1e-13 of the time, or of the logarithms at both ends of the integral in time; for velocities some units in the last place per layer and row',
});

/** A multiple of the time that the first mode takes to rise, `∫ ds/(2Ls^{2−2/L}σ)` from its start to σ. */
function atShare({ sigma, start }: Mode, depth: number, share: number, otherwise: number): number {
  if (!(start > 0 && start < sigma)) return otherwise;
  const beta = 1 - 2 / depth;
  const rise = Math.log(sigma / start);
  const integral = beta === 0 ? rise : Math.expm1(beta * rise) / beta;
  const time = (share * integral) / (2 * depth * sigma ** (1 + beta));
  return time < 1e12 ? Number(time.toPrecision(4)) : otherwise;
}

/** Velocity of the product of all layers from their gradients, against the velocities of its modes. */
function movesAt(
  { modes, depth, extraHidden, leftSeed, rightSeed }: Instance,
  values: readonly number[],
  ratio: number,
  start: 'aligned' | 'identity',
): Conclusion {
  const count = modes.length;
  const sigmas = draws.pluck(modes, 'sigma');
  const [left, right] = [draws.drawnOrthogonal(count, leftSeed), draws.drawnOrthogonal(count, rightSeed)];
  const task = diagonalInBases(left, sigmas, right);
  const factors = values.map((value) => value ** (1 / depth));
  const hidden = draws.drawnOrthogonal(count + extraHidden, leftSeed + rightSeed);
  const layers = Array.from({ length: depth }, (_, layer) => {
    if (start === 'identity') return Matrix.diag([...factors]);
    return diagonalInBases(layer === 0 ? left : hidden, factors, layer === depth - 1 ? right : hidden);
  });
  layers[0] = Matrix.mul(layers[0]!, ratio);
  layers[depth - 1] = Matrix.mul(layers[depth - 1]!, 1 / ratio);
  const move = productVelocity(layers, task);
  const velocities = values.map((value, index) => deepVelocity(sigmas[index]!, value, depth));
  const largest = Math.max(...values);
  // The 2L-th power of s^{1/L} has the rounding of the exponent too.
  const logarithm = largest > 0 ? Math.abs(Math.log(largest)) : 0;
  const size = 2 * depth * largest ** (2 - 2 / depth) * (Math.max(...sigmas) + largest) * ratio ** 2;
  return vanishes(
    `distance of the velocity of W1⋯W${depth} from that of its modes`,
    matrixDistance(move, diagonalInBases(left, velocities, right)),
    8 * (depth * (count + extraHidden) + logarithm) * Number.EPSILON * size + Number.MIN_VALUE,
  );
}

/** `Σ_l W_{<l} Ẇ_l W_{>l}` with `Ẇ_l = −2 W_{<l}ᵀ (W − A) W_{>l}ᵀ`. */
function productVelocity(layers: readonly Matrix[], task: Matrix): Matrix {
  const before = [Matrix.eye(task.rows)];
  for (const layer of layers) before.push(before.at(-1)!.mmul(layer));
  const pull = Matrix.sub(before.at(-1)!, task).mul(-2);
  const velocity = Matrix.zeros(task.rows, task.columns);
  let after = Matrix.eye(task.columns);
  for (let layer = layers.length - 1; layer >= 0; layer--) {
    const gradient = before[layer]!.transpose().mmul(pull).mmul(after.transpose());
    velocity.add(before[layer]!.mmul(gradient).mmul(after));
    after = layers[layer]!.mmul(after);
  }
  return velocity;
}

/** The time that the way from the start to the state at that time takes, by quadrature, and the limit. */
function timeParts(each: Mode, depth: number, time: number): Conclusion[] {
  const { sigma, start } = each;
  const { value, gap } = deepMode(each, depth, time);
  const size = Math.max(sigma, start);
  const parts = [
    equal(
      [`s + (σ − s) of the mode ${sigma}, depth ${depth}`, value + gap],
      ['σ', sigma],
      4 * Number.EPSILON * size + Number.MIN_VALUE,
    ),
    equal(
      [`limit of the mode ${sigma}, depth ${depth}`, deepMode(each, depth, Infinity).value],
      [start === 0 ? '0' : 'σ', start === 0 ? 0 : sigma],
      Number.MIN_VALUE,
    ),
  ];
  const resting = start === 0 || start === sigma || time === 0;
  if (resting) parts.push(equal(['s of a mode at rest', value], ['s(0)', start], Number.MIN_VALUE));
  else if (sigma === 0) parts.push(nullTime(start, value, depth, time));
  else parts.push(integralOfTime(each, { value, gap }, depth, time));
  return parts;
}

/** `d(s^{2/L − 2})/dt = 4(L − 1)` for `σ = 0`. */
function nullTime(start: number, value: number, depth: number, time: number): Conclusion {
  const power = 2 / depth - 2;
  const [from, to] = [start ** power, value ** power];
  return equal(
    [`s^(2/L − 2) of the mode 0, depth ${depth}`, to],
    ['its start + 4(L − 1)t', from + 4 * (depth - 1) * time],
    1e-13 * to,
  );
}

/** A gap that is smaller takes at least as long as this one. */
const LEAST_GAP = 1e-290;

function integralOfTime(
  { sigma, start }: Mode,
  end: ReturnType<typeof deepMode>,
  depth: number,
  time: number,
): Conclusion {
  const beta = 1 - 2 / depth;
  const sign = start < sigma ? 1 : -1;
  const unit = 2 * depth * sigma ** (1 + beta);
  // Above σ far from it, and below close to zero, ln(s/|σ − s|) is the logarithm of one small quotient.
  const odds = (value: number, gap: number) =>
    sign < 0 && value > 2 * sigma ? -Math.log1p(-sigma / value) : Math.log(value) - Math.log(Math.abs(gap));
  const left = Math.max(Math.abs(end.gap), LEAST_GAP);
  const [from, to] = [odds(start, sigma - start), odds(end.value, left)];
  const integrand = (x: number) => (sign > 0 ? 1 + Math.exp(-x) : -Math.expm1(-x)) ** beta;
  const elapsed = (sign > 0 ? integralBelow : integralAbove)(from, to, beta) / unit;
  const logs = (x: number) => ((sign > 0 ? 1 : Math.min(x, 1)) + 1e-3 * Math.abs(x)) * integrand(x);
  const compare = Math.abs(end.gap) < LEAST_GAP ? atMost : equal;
  return compare(
    [`time integral of the mode ${sigma} from ${start}, depth ${depth}`, elapsed],
    ['time', time],
    4e-13 * (time + (logs(from) + logs(to)) / unit),
  );
}

/** Beyond this `e^{-x}` is nothing beside 1. */
const FAR = 40;

/** `∫ (1 + e^{−x})^β dx` from any end, β from 0 to 1; far out the integrand is `e^{−βx}` on the left and 1 on the right. */
function integralBelow(from: number, to: number, beta: number): number {
  const leftTo = Math.min(to, -FAR);
  const rightFrom = Math.max(from, FAR);
  let sum = Math.max(0, to - rightFrom);
  if (from < leftTo) {
    const way = leftTo - from;
    sum += Math.exp(-beta * from) * (beta === 0 ? way : -Math.expm1(-beta * way) / beta);
  }
  const integrand = (x: number) => (1 + Math.exp(-x)) ** beta;
  const last = Math.min(to, FAR);
  for (let at = Math.max(from, -FAR); at < last; at += 1) sum += panelIntegral(integrand, at, Math.min(at + 1, last));
  return sum;
}

/** `∫ (1 − e^{−x})^β dx` from an end above 0, β from 0 to 1, with panels that widen from the singularity at 0. */
function integralAbove(from: number, to: number, beta: number): number {
  const integrand = (x: number) => (-Math.expm1(-x)) ** beta;
  const last = Math.min(to, FAR);
  let sum = Math.max(0, to - Math.max(from, FAR));
  for (let at = from; at < last; ) {
    const next = Math.min(at + Math.min(at, 1), last);
    sum += panelIntegral(integrand, at, next);
    at = next;
  }
  return sum;
}
