import * as fc from 'fast-check';
import { Matrix } from 'ml-matrix';
import { type FactorPair, pairAt, pairGap, pairImbalance, pairVelocity } from '../balance.js';
import { type Conclusion, type Drawn, defineClaim, equal, tightest } from './engine/claim.js';
import * as draws from './engine/draws.js';
import { flowByTaylor, longestStep, panelIntegral } from './engine/integration.js';
import { diagonalInBases, matrixDistance, vanishes } from './engine/networks.js';

interface PairMode extends FactorPair {
  readonly sigma: number;
}

const factor = draws.weighted(
  [4, draws.quotients(1, 12, 8)],
  [2, draws.decades(-8, 1)],
  [2, draws.decades(-4, 0).map((size) => -size)],
  [1, fc.constant(0)],
);

const pairMode = fc
  .record({
    sigma: draws.weighted([8, draws.singularValue], [1, fc.constant(0)]),
    first: factor,
    second: factor,
    kind: fc.constantFrom('free', 'free', 'free', 'balanced', 'opposite', 'resting'),
  })
  .map(({ sigma, first, second, kind }): PairMode => {
    if (kind === 'balanced') return { sigma, first, second: first };
    if (kind === 'opposite') return { sigma, first, second: -first };
    return kind === 'resting' && first !== 0 ? { sigma: first * second, first, second } : { sigma, first, second };
  })
  .filter(({ sigma }) => sigma >= 0);

/** Modes with factors of their own in both layers, four bases and a time. */
const domain = fc.record({
  modes: draws.listOf(5, pairMode),
  leftSeed: draws.matrixSeed,
  rightSeed: draws.matrixSeed,
  /** Seed of the hidden basis of `W1`. */
  hiddenSeed: draws.matrixSeed,
  /** Seed of the rotation from the hidden basis of `W1` to that of `W2`; 0 for none. */
  twistSeed: draws.weighted([9, fc.constant(0)], [1, fc.integer({ min: 1, max: 99 })]),
  time: draws.flowTime,
});

type Instance = Drawn<typeof domain>;

/** T0″: modes whose two factors differ. */
export const unbalancedPairs = defineClaim({
  id: 'T0-imbalance',
  title: 'Modes with unequal factors',
  statement:
    'From an aligned start whose modes have factors a and b in the two layers, of any size and sign, gradient flow keeps the modes apart and conserves ℓ = a² − b² of each, with d(ab)/dt = 2(σ − ab)(a² + b²) = 2(σ − ab)√(ℓ² + 4(ab)²); both factors are known in closed form at all times.',
  origin: 'closed form: Saxe et al. 2014, Tarmoun et al. 2021; its stable evaluation for all signs: ours',
  domain,
  wellFormed: ({ modes, time }) =>
    modes.length > 0 &&
    modes.every(
      ({ sigma, first, second }) =>
        draws.areWithin([sigma], 0, 1e6) && draws.areWithin([Math.abs(first), Math.abs(second)], -Infinity, 1e3),
    ) &&
    time >= 0,
  hypotheses: [
    {
      name: 'aligned',
      statement: 'the factors start as W1 = U diag(a) Rᵀ and W2 = R diag(b) Vᵀ with the same orthogonal R',
      holds: ({ modes, twistSeed }) =>
        twistSeed === 0 || modes.every(({ first }) => first === 0) || modes.every(({ second }) => second === 0),
    },
  ],
  conclusion(instance) {
    const { modes, time } = instance;
    const ends = modes.map(({ sigma, ...start }) => pairAt(start, sigma, time));
    return tightest([
      flowsTo(instance, modes, 0),
      flowsTo({ ...instance, twistSeed: 0 }, ends, time),
      ...modes.flatMap((each, index) => pairParts(each, ends[index]!, time)),
    ]);
  },
  toleranceReason:
    'rounding: some units in the last place of the squared factors, and 1e3 of them in the rate at which the gap shrinks',
});

/** Gradient flow of the full matrices over a short time, from the definition, changes their product as the pairs say. */
function flowsTo(instance: Instance, pairs: readonly FactorPair[], time: number): Conclusion {
  const { modes, twistSeed } = instance;
  const drawn = (seed: number) => draws.drawnOrthogonal(modes.length, seed);
  const [left, right, inner] = [drawn(instance.leftSeed), drawn(instance.rightSeed), drawn(instance.hiddenSeed)];
  const twisted = twistSeed === 0 ? inner : drawn(twistSeed).mmul(inner);
  const first = diagonalInBases(left, draws.pluck(pairs, 'first'), inner);
  const second = diagonalInBases(twisted, draws.pluck(pairs, 'second'), right);
  const task = diagonalInBases(left, draws.pluck(modes, 'sigma'), right);
  const until = time + Math.min(1, longestStep(first, second, task) / 2);
  const end = flowByTaylor(first, second, task, until - time);
  const change = Matrix.sub(end.first.mmul(end.second), first.mmul(second));
  const expected = modes.map(({ sigma, ...start }, index) => {
    const pair = pairAt(start, sigma, until);
    return pair.first * pair.second - pairs[index]!.first * pairs[index]!.second;
  });
  const size = first.norm() ** 2 + second.norm() ** 2;
  return vanishes(
    `distance of the change of W1W2 from that of its modes, time ${time} to ${until}`,
    matrixDistance(change, diagonalInBases(left, expected, right)),
    modes.length * size * (1e-14 + roundingOfExponent(modes, time)) + 1e-300,
  );
}

/** Rounding of `e^{−4κt}`, until it underflows: that of factors which decay to the saddle at zero. */
function roundingOfExponent(modes: readonly PairMode[], time: number): number {
  const rate = modes.reduce((most, { sigma, first, second }) => Math.max(most, sigma + first ** 2 + second ** 2), 0);
  return 4 * Number.EPSILON * Math.min(745, 4 * rate * time);
}

/** Conservation, velocity, the gap and its decay, of one pair on its own. */
function pairParts({ sigma, ...start }: PairMode, end: FactorPair, time: number): Conclusion[] {
  const size = end.first ** 2 + end.second ** 2;
  const startSize = start.first ** 2 + start.second ** 2;
  const conserved = start.first * start.first - start.second * start.second;
  const startProduct = start.first * start.second;
  const gap = pairGap(start, sigma, time);
  const label = `of the pair (${start.first}, ${start.second}), σ = ${sigma}`;
  const rounding = 1e-14;
  const parts = [
    equal([`ℓ ${label}`, pairImbalance(start)], ['a² − b²', conserved], rounding * startSize + Number.MIN_VALUE),
    equal(
      [`a² − b² ${label} at time ${time}`, end.first ** 2 - end.second ** 2],
      ['at time 0', conserved],
      rounding * (size + start.first ** 2 + start.second ** 2) + Number.MIN_VALUE,
    ),
    equal(
      [`σ − ab ${label} at time ${time}`, gap],
      ['σ − a·b', sigma - end.first * end.second],
      rounding * (sigma + size) + Number.MIN_VALUE,
    ),
    equal(
      [`d(ab)/dt ${label}`, pairVelocity(start, sigma)],
      ['2(σ − ab)√(ℓ² + 4(ab)²)', 2 * (sigma - startProduct) * Math.hypot(conserved, 2 * start.first * start.second)],
      rounding * (sigma + start.first ** 2 + start.second ** 2) * startSize + Number.MIN_VALUE,
    ),
    limitOf({ sigma, ...start }),
  ];
  if (Math.abs(gap) > 1e-280) parts.push(decayOfGap({ sigma, ...start }, end, time));
  return parts;
}

/** Every pair ends at `σ`, but for opposite factors, which run into the saddle at zero, and for two zeros. */
function limitOf({ sigma, ...start }: PairMode): Conclusion {
  const { first, second } = pairAt(start, sigma, Infinity);
  const rests = start.first + start.second === 0;
  const size = sigma + start.first ** 2 + start.second ** 2;
  return equal(
    [`limit of ab of the pair (${start.first}, ${start.second}), σ = ${sigma}`, first * second],
    [rests ? '0' : 'σ', rests ? 0 : sigma],
    1e-14 * size + Number.MIN_VALUE,
  );
}

/** `d ln|σ − ab|/dt = −2(a² + b²)`, integrated over a time in which little changes. */
function decayOfGap({ sigma, ...start }: PairMode, end: FactorPair, time: number): Conclusion {
  const rate = Math.max(sigma, end.first ** 2 + end.second ** 2, start.first ** 2 + start.second ** 2);
  const until = time + 1 / (8 * rate);
  const squares = (at: number) => {
    const { first, second } = pairAt(start, sigma, at);
    return 2 * (first * first + second * second);
  };
  const shrinkage = Math.log(pairGap(start, sigma, time) / pairGap(start, sigma, until));
  return equal(
    [`ln of the ratio of the gaps of (${start.first}, ${start.second}) at ${time} and ${until}`, shrinkage],
    ['∫2(a² + b²)dt', panelIntegral(squares, time, until)],
    16 * Number.EPSILON * (64 + 4 * rate * time),
  );
}
