import type { Matrix } from 'ml-matrix';
import { squaredNorm } from '../../../theory/sensitivity.js';
import {
  nearestInNuclearBall,
  nuclearNorm,
  relativeSphereStep,
  sensitivityFloor,
  sphereSensitivity,
} from '../../../theory/sensitivity-floor.js';
import { judgeMonteCarlo } from '../../noise/noise-checks.js';
import { type Check, judgeWorst } from '../../scenario/scenario.js';
import { matricesOf } from '../../training/network-start.js';
import { UNIT_ROUNDOFF } from '../../training/pretraining.js';
import { SmallestSlack } from '../../training/training-checks.js';
import type { FinalSensitivity, TrainedCell } from './study.js';
import type { TrainedNetwork } from './train-cell.js';

/** T1: the mean rise of the loss under noise is the identity's, of the very weights that were perturbed. The margin is in standard errors. */
export function checkFinalSensitivity(measured: readonly FinalSensitivity[], gamma: number, replicates: number): Check {
  const perturbed = gamma === 0 ? [] : measured;
  const compared = perturbed.map(({ theory, simulated }) => ({ ...simulated, identity: theory }));
  return judgeMonteCarlo('T1', replicates, compared, 'no noise, or no network to perturb');
}

/** Singular values and norms in float64, relative to the squared norms of the layers. */
const FLOAT64 = 1e-12;

/** What the checks on spheres compare with. */
export interface SphereTrainings {
  readonly cells: readonly TrainedCell[];
  readonly task: Matrix;
  readonly spectrum: readonly number[];
  /** Norm of each layer on its sphere. */
  readonly radius: number;
  readonly precision: 'f32' | 'f64';
}

/**
 * T6: no network has a smaller coefficient of γ² in its sensitivity than its product allows. The margin is the least distance from the
 * floor, of the very weights that were trained, so that the precision of training plays no part.
 */
export function checkSensitivityFloor({ cells, task }: SphereTrainings): Check {
  const slack = new SmallestSlack();
  for (const { width, network } of finiteNetworks(cells)) {
    const { first, second } = matricesOf(shapeOf(task, width), network.layers);
    const cost = task.columns * squaredNorm(first) + task.rows * squaredNorm(second);
    slack.add(cost - sensitivityFloor(first.mmul(second)), FLOAT64 * cost);
  }
  return judgeWorst('T6', slack, 'every network diverged', `${slack.comparisons} networks against their floor`);
}

/**
 * T6-sphere: layers on spheres without gains have a product whose nuclear norm is at most the product of the radii, and a loss above that of
 * the nearest point of that ball. The margin is the least of both distances.
 */
export function checkNuclearBall(trainings: SphereTrainings): Check {
  const { task, spectrum, radius } = trainings;
  const slack = new SmallestSlack();
  for (const { width, network } of spherical(trainings)) {
    const { first, second } = matricesOf(shapeOf(task, width), network.layers);
    // Both layers may be longer than their spheres by what normalising them rounds.
    const reached = radius ** 2 * (1 + 2 * normRounding(trainings, width));
    slack.add(reached - nuclearNorm(first.mmul(second)), FLOAT64 * reached);
    const { loss } = nearestInNuclearBall(spectrum, width, reached);
    slack.add(network.looks.at(-1)!.loss - loss, FLOAT64 * (squaredNorm(task) + reached ** 2));
  }
  return judgeWorst(
    'T6-sphere',
    slack,
    'no layers are on spheres without gains',
    `${slack.comparisons / 2} networks against the nuclear norm and the loss that their spheres allow`,
  );
}

/** T6-constant: the sensitivity of layers on spheres without gains is that of their radii. The margin is minus the largest deviation. */
export function checkConstantSensitivity(trainings: SphereTrainings): Check {
  const { task, radius } = trainings;
  const slack = new SmallestSlack();
  const norms = { rows: task.rows, cols: task.columns, first: radius, second: radius };
  const constant = sphereSensitivity(norms);
  for (const { width, network } of spherical(trainings)) {
    const { first, second } = matricesOf(shapeOf(task, width), network.layers);
    const cost = task.columns * squaredNorm(first) + task.rows * squaredNorm(second);
    slack.add(-Math.abs(cost - constant), 2 * normRounding(trainings, width) * constant);
  }
  return judgeWorst(
    'T6-constant',
    slack,
    'no layers are on spheres without gains',
    `${slack.comparisons} networks on spheres`,
  );
}

/**
 * T6-update: the relative update of every direction, and of whole layers without gains, is `2 sin(½ arctan η)`. The margin is minus the largest
 * deviation.
 *
 * Tolerance: norms of Ŵ, Ŵ′ and T carry `normRounding` each, entries of Ŵ′ four roundings more, and T is tangent up to the rounding of
 * an inner product of the direction of the base optimiser, which is at most a hundred times as long as its tangent part; a tilt of δ changes the
 * chord by `η²δ + ηδ²`.
 */
export function checkSphereUpdate(trainings: SphereTrainings): Check {
  const { cells, task, precision } = trainings;
  const slack = new SmallestSlack();
  const unit = UNIT_ROUNDOFF[precision];
  for (const { width, network, gains } of finiteNetworks(cells)) {
    if (gains === undefined) continue;
    const rounding = normRounding(trainings, width);
    const tilt = 100 * 4 * entries(task, width) * unit;
    for (const { rate, directionUpdate, relativeUpdate } of network.looks) {
      const exact = relativeSphereStep(rate);
      const updates = [...directionUpdate!, ...(gains === 'none' ? relativeUpdate : [])];
      const tolerance = (2 + rate) * rounding + 4 * unit + rate ** 2 * tilt + rate * tilt ** 2;
      for (const update of updates) slack.add(-Math.abs(update - exact), tolerance);
    }
  }
  return judgeWorst('T6-update', slack, 'no layers are decoupled', `${slack.comparisons} updates against their rate`);
}

/** Relative rounding of a norm that is made 1: sums of squares of all entries, halved by the root, and ten operations around it. */
function normRounding({ task, precision }: SphereTrainings, width: number): number {
  return (entries(task, width) / 2 + 10) * UNIT_ROUNDOFF[precision];
}

/** Numbers of the larger layer. */
function entries(task: Matrix, width: number): number {
  return width * Math.max(task.rows, task.columns);
}

function shapeOf(task: Matrix, width: number) {
  return { rows: task.rows, hidden: width, cols: task.columns };
}

interface OneNetwork {
  readonly width: number;
  readonly network: TrainedNetwork;
  /** Absent in plain layers. */
  readonly gains: string | undefined;
}

function finiteNetworks(cells: readonly TrainedCell[]): OneNetwork[] {
  return cells.flatMap(({ width, parameterization, networks }) =>
    networks
      .filter(({ divergedAt }) => divergedAt === undefined)
      .map((network) => ({
        width,
        network,
        gains: parameterization.kind === 'decoupled' ? parameterization.gains : undefined,
      })),
  );
}

function spherical({ cells }: SphereTrainings): OneNetwork[] {
  return finiteNetworks(cells).filter(({ gains }) => gains === 'none');
}
