import * as fc from 'fast-check';
import { Matrix } from 'ml-matrix';
import { heldOutBracket, type SourceCoverage, seenResidual, sourceCoverage } from '../sources.js';
import { atLeast, atMost, type Conclusion, type Drawn, defineClaim, equal, tightest } from './engine/claim.js';
import * as draws from './engine/draws.js';
import { matrixDistance, vanishes } from './engine/networks.js';

const mostly = (usual: number) => draws.weighted([12, fc.constant(usual)], [1, draws.decades(-1, 1)]);

/** A network and sources of data. */
const domain = fc.record({
  rows: draws.dimension,
  cols: draws.dimension,
  sources: fc.integer({ min: 1, max: 5 }),
  /** Input directions of a source, and how many of them all sources share; at most cols and rank. */
  rank: draws.dimension,
  overlap: fc.nat({ max: 6 }),
  /** Columns of the root of the covariance of held-out inputs. */
  heldOut: draws.dimension,
  seed: draws.matrixSeed,
  scale: draws.decades(-2, 1),
  /** Variance of the inputs along the directions that are shown. */
  variance: mostly(1),
  /** How far the tasks of the sources are apart. */
  conflict: mostly(0),
});

type Instance = Drawn<typeof domain>;

/** T0-coverage: what a summed loss leaves open. */
export const sharedMinimum = defineClaim({
  id: 'T0-coverage',
  title: 'At a summed loss, what is left and how many sources show it decide how far minimisers lie apart',
  statement:
    'Where K sources show inputs in the ranges of projections Π_k and ask the same task of them, the minimiser of source k that is nearest to a network with the residual R is W − RΠ_k, and the squared distances of these minimisers from their mean add up to L(1 − c/K), with L = Σ‖RΠ_k‖² the summed loss, S = Σ Π_k and c = tr(RS²Rᵀ)/L the number of sources that show what is left; so at a summed loss they lie between L(1 − c_max/K) and L(1 − c_min/K), with c_min and c_max the extreme positive eigenvalues of S, and either is attained. The loss on held-out inputs of any covariance FFᵀ lies between (u − √(μL))², if the root is smaller, and (u + √(μL))², with u the norm of R on the part of F that no source shows and μ the largest eigenvalue of FᵀS⁺F, and some network with a residual on seen inputs alone attains μL.',
  origin: 'ours; the question is that of arXiv 2604.09258',
  domain,
  wellFormed: ({ rows, cols, sources, rank, overlap, heldOut, seed, scale, variance, conflict }) =>
    draws.areWhole([rows, cols, sources, rank, heldOut], 1, 12) &&
    draws.areWhole([overlap], 0, Infinity) &&
    Number.isInteger(seed) &&
    draws.areWithin([scale, variance], Number.MIN_VALUE, 100) &&
    draws.areWithin([conflict], 0, 100),
  hypotheses: [
    {
      name: 'projections',
      statement: 'the covariance of the inputs of every source is a projection',
      holds: ({ variance }) => variance === 1,
    },
    {
      name: 'shared minimum',
      statement: 'all sources ask the same task of the inputs that they show',
      holds: ({ conflict }) => conflict === 0,
    },
  ],
  conclusion(instance) {
    const { network, tasks, bases, heldOut, variance, rows } = problemOf(instance);
    const count = bases.length;
    const residual = Matrix.sub(network, tasks[0]!);
    const coverage = sourceCoverage(bases, heldOut);
    const found = seenResidual(residual, bases);
    // From definitions: minimisers as networks, and losses of the covariance `variance · Π_k`.
    const sources = bases.map((inputs, at) => {
      const gap = Matrix.sub(network, tasks[at]!).mmul(inputs);
      return { inputs, task: tasks[at]!, gap, minimiser: Matrix.sub(network, gap.mmul(inputs.transpose())) };
    });
    const mean = Matrix.zeros(rows, network.columns);
    for (const { minimiser } of sources) mean.add(minimiser);
    mean.div(count);
    const spread = sources.reduce((sum, { minimiser }) => sum + matrixDistance(minimiser, mean) ** 2, 0);
    const loss = sources.reduce((sum, { gap }) => sum + variance * gap.norm() ** 2, 0);
    const sum = { label: 'squared distances of the minimisers from their mean', value: spread };
    const heldOutLoss = { label: 'held-out loss', value: residual.mmul(heldOut).norm() ** 2 };
    const bracket = heldOutBracket(residual, loss, coverage);
    // A direction that few sources show is divided by how few.
    const tolerance =
      (1e-12 * (residual.norm() ** 2 * (1 + heldOut.norm() ** 2) + spread + loss) * count ** 2) /
      Math.min(1, coverage.least);
    const only = (direction: Matrix) =>
      seenResidual(draws.drawnMatrix(rows, 1, instance.seed).mmul(direction.transpose()), bases);
    const [fewest, most] = [only(coverage.leastDirection), only(coverage.mostDirection)];
    const span = loss * (1 - coverage.least / count);
    return tightest([
      equal(sum, ['L(1 − c/K)', loss * (1 - found.coverage / count)], tolerance),
      equal(['the same, as computed', found.spread], sum, tolerance),
      atMost(['their sum', spread], ['L(1 − c_min/K)', span], tolerance),
      atLeast(['their sum', spread], ['L(1 − c_max/K)', loss * (1 - coverage.most / count)], tolerance),
      equal(
        ['share of the loss along a direction that fewest sources show', fewest.spread / fewest.loss],
        ['1 − c_min/K', 1 - coverage.least / count],
        1e-12 / Math.min(1, coverage.least),
      ),
      equal(
        ['share of the loss along a direction that most sources show', most.spread / most.loss],
        ['1 − c_max/K', 1 - coverage.most / count],
        1e-12,
      ),
      atMost(heldOutLoss, ['(u + √(μL))²', bracket.most], tolerance),
      atLeast(heldOutLoss, ['(u − √(μL))²', bracket.least], tolerance),
      ...sources.map((source) => isNearest(network, source, instance.seed)),
      worstHeldOut(bases, heldOut, coverage, instance.seed),
    ]);
  },
  toleranceReason:
    '1e-12 of the largest loss, K² times as much for sums over pairs of sources: matrices of at most 12 columns; more where a direction is hardly shown at all',
});

/** The minimiser has no loss on its source, and another one, drawn at random, is no nearer. */
function isNearest(
  network: Matrix,
  { inputs, task, gap, minimiser }: Record<'inputs' | 'task' | 'gap' | 'minimiser', Matrix>,
  seed: number,
): Conclusion {
  const elsewhere = draws.drawnMatrix(network.rows, network.columns, 64 * seed + 9);
  const other = Matrix.add(minimiser, Matrix.sub(elsewhere, elsewhere.mmul(inputs).mmul(inputs.transpose())));
  const tolerance = 1e-13 * (network.norm() ** 2 + task.norm() ** 2 + elsewhere.norm() ** 2);
  const distance = matrixDistance(minimiser, network) ** 2;
  const another = { label: 'squared distance of another minimiser', value: matrixDistance(other, network) ** 2 };
  return tightest([
    vanishes('loss of a minimiser', Matrix.sub(minimiser, task).mmul(inputs).norm() ** 2, tolerance),
    equal(['its squared distance', distance], ['the loss of the source', gap.norm() ** 2], tolerance),
    atLeast(another, ['of the nearest', distance], tolerance),
  ]);
}

/** A residual along the direction that is worst for the held-out source has the loss μL, and one drawn at random no more. */
function worstHeldOut(
  bases: readonly Matrix[],
  heldOut: Matrix,
  { heldOutShare, heldOutDirection }: SourceCoverage,
  seed: number,
): Conclusion {
  const shares = (direction: Matrix) => {
    const row = direction.transpose();
    const loss = bases.reduce((sum, inputs) => sum + row.mmul(inputs).norm() ** 2, 0);
    return row.mmul(heldOut).norm() ** 2 / loss;
  };
  const seen = bases.reduce(
    (sum, inputs) => sum.add(inputs.mmul(inputs.transpose().mmul(draws.drawnMatrix(heldOut.rows, 1, seed)))),
    Matrix.zeros(heldOut.rows, 1),
  );
  const bound = { label: 'μ', value: heldOutShare };
  const tolerance = 1e-12 * (1 + heldOutShare) ** 2;
  const any = atMost(
    ['held-out loss of a residual on seen inputs, over its summed loss', shares(seen)],
    bound,
    tolerance,
  );
  // Where no held-out input is seen, μ is 0 and there is no such direction.
  if (heldOutShare < 1e-6) return any;
  return tightest([any, equal(['the same for the worst residual', shares(heldOutDirection)], bound, tolerance)]);
}

function problemOf(instance: Instance) {
  const { rows, cols, sources, seed, scale, conflict } = instance;
  const rank = Math.min(instance.rank, cols);
  const overlap = Math.min(instance.overlap, rank);
  const drawn = (which: number) => draws.drawnMatrix(rows, cols, 64 * seed + which);
  const shared = draws.drawnOrthogonal(cols, 64 * seed + 1);
  const rest = cols - overlap;
  const bases = Array.from({ length: sources }, (_, at) => {
    // Own directions are drawn among those that are not shared.
    const turn = Matrix.eye(cols);
    if (rest > 0) turn.setSubMatrix(draws.drawnOrthogonal(rest, 64 * seed + 20 + at), overlap, overlap);
    return shared.mmul(turn).subMatrix(0, cols - 1, 0, rank - 1);
  });
  const task = drawn(2);
  return {
    rows,
    bases,
    heldOut: draws.drawnMatrix(cols, instance.heldOut, 64 * seed + 3),
    network: drawn(4).mul(scale),
    tasks: bases.map((_, at) => (at === 0 || conflict === 0 ? task : Matrix.add(task, drawn(40 + at).mul(conflict)))),
    variance: instance.variance,
  };
}
