import { NoisyCheckpoint } from '../../theory/perturbed-loss.js';
import { loss, type Problem } from '../../theory/problem.js';
import { gridInflection } from '../../theory/search.js';
import type { NetworkShape } from '../backends/backend.js';
import type { Check, RunEvent } from '../scenario/scenario.js';
import type { Row } from '../scenario/table.js';
import type { Accuracy, SimulatedPretraining } from '../training/pretraining.js';
import { type Checkpoint, hasDiverged, withoutNetwork } from '../training/record-training.js';
import { checkDecoupling, checkProgressiveSensitivity } from '../training/training-checks.js';
import { biasAt } from '../training/training-plan.js';
import { estimateExcess, type GroupedEstimate, NoiseReplicates } from './excess.js';
import { predictedStandardError } from './means.js';
import { checkOvertraining, checkPerturbationIdentity } from './noise-checks.js';

/** Discretisation may take this share of the Monte Carlo error: at ¼ it widens four standard errors by 6 %. */
const SHARE_OF_SENSITIVITY_ERROR = 0.25;
const SHARE_OF_LOSS_ERROR = 0.5;
/** A bias of the loss that no figure could show, whatever the Monte Carlo error. */
const INVISIBLE_LOSS_BIAS = 1e-3;

interface StudyOfNoise {
  readonly times: readonly number[];
  readonly gammas: readonly number[];
  readonly replicates: number;
}

/**
 * What a study of noise asks of the discretisation: at every recorded time and every γ, a bias of the sensitivity well
 * below the Monte Carlo error that is to come, and a bias of the loss below it too or invisible.
 */
export function noiseAccuracy(problem: Problem, study: StudyOfNoise): Accuracy {
  let limits: Limit[] | undefined;
  return {
    measure: 'a quarter of the Monte Carlo error (see the accuracy table)',
    operations: noiseOperations(problem, study.times.length * study.replicates),
    acceptable: ({ checkpoints }) => {
      // Only simulated runs judge a plan: a closed form must not pay for the limits.
      limits ??= limitsAt(problem, study);
      const limitOf = limits;
      return checkpoints.every((checkpoint, at) => {
        const bias = biasAt(problem, checkpoint, study.times[at]!);
        const limit = limitOf[at]!;
        return Math.abs(bias.sum) <= limit.sum && Math.abs(bias.loss) <= limit.loss;
      });
    },
  };
}

/** Floating-point operations of so many draws of noise, each of three products. */
export function noiseOperations({ rows, hidden, cols }: NetworkShape, draws: number): number {
  return 6 * rows * hidden * cols * draws;
}

/** Largest bias of the sum of singular values and of the loss at one recorded time. */
interface Limit {
  readonly sum: number;
  readonly loss: number;
}

function limitsAt(problem: Problem, { times, gammas, replicates }: StudyOfNoise): Limit[] {
  const slope = problem.rows + problem.cols;
  const invisible = INVISIBLE_LOSS_BIAS * loss(problem, 0);
  return times.map((time) =>
    gammas
      .filter((gamma) => gamma > 0)
      .map((gamma) => {
        const error = predictedStandardError(problem, gamma, time, replicates);
        return {
          sum: (SHARE_OF_SENSITIVITY_ERROR * error) / (gamma ** 2 * slope),
          loss: Math.max(invisible, SHARE_OF_LOSS_ERROR * error),
        };
      })
      .reduce((a, b) => ({ sum: Math.min(a.sum, b.sum), loss: Math.min(a.loss, b.loss) }), {
        sum: Infinity,
        loss: Infinity,
      }),
  );
}

/** Which noise is put on which checkpoints. */
export interface NoiseStudy {
  readonly times: readonly number[];
  /** Absolute standard deviations. */
  readonly gammas: readonly number[];
  readonly replicates: number;
  readonly seed: number;
}

/** One checkpoint under one γ; what was not simulated is null. */
export interface NoisePoint {
  readonly gamma: number;
  readonly time: number;
  readonly loss: number | null;
  readonly sensitivityTheory: number;
  readonly sensitivitySim: number | null;
  readonly sensitivityError: number | null;
  readonly perturbedLossTheory: number;
  readonly perturbedLossSim: number | null;
}

/** How a scenario sets out the rows of a study. */
export interface NoiseLayout {
  /** Cells with which every row of every table begins. */
  readonly prefix: Row;
  /** The other cells of a row of the table `curve`. */
  curve(point: NoisePoint): Row;
}

/** A simulated checkpoint under one γ. */
export interface SimulatedPoint {
  readonly loss: number;
  readonly excess: GroupedEstimate;
}

interface GroupedCheckpoint {
  readonly checkpoint: Checkpoint;
  readonly excess: readonly GroupedEstimate[];
}

/** The curves of one network under noise, built checkpoint by checkpoint. */
export class NoiseCurves {
  private readonly perturbed: GroupedCheckpoint[] = [];
  private readonly theory: readonly NoisyCheckpoint[];
  private divergedAt: number | undefined;

  constructor(
    private readonly problem: Problem,
    private readonly study: NoiseStudy,
    private readonly layout: NoiseLayout,
  ) {
    this.theory = study.times.map((time) => new NoisyCheckpoint(problem, time));
  }

  /** Rows of a run that simulates nothing. */
  *theoryOnly(): Generator<RunEvent> {
    for (const [at, checkpoint] of this.theory.entries()) {
      yield { kind: 'rows', table: 'curve', rows: this.curveRows(at, checkpoint.loss, undefined) };
    }
  }

  /** Trains, perturbs every checkpoint as it comes, and yields its rows. */
  async *simulate(simulated: SimulatedPretraining): AsyncGenerator<RunEvent, void, undefined> {
    const { times, gammas, replicates, seed } = this.study;
    const noise = new NoiseReplicates(this.problem, replicates, seed);
    let done = 0;
    for await (const recorded of simulated.recorded()) {
      if (hasDiverged(recorded)) {
        if (this.divergedAt === undefined) yield simulated.divergence(recorded.divergedAt);
        this.divergedAt = recorded.divergedAt;
        yield { kind: 'rows', table: 'curve', rows: this.curveRows(done, null, undefined) };
      } else {
        const excess = await estimateExcess(simulated.backend, recorded.network, noise, gammas);
        const point = { checkpoint: withoutNetwork(recorded), excess };
        this.perturbed.push(point);
        yield { kind: 'rows', table: 'curve', rows: this.curveRows(done, recorded.loss, point) };
        yield { kind: 'rows', table: 'accuracy', rows: this.accuracyRows(done, point, simulated) };
      }
      done++;
      yield { kind: 'progress', done, total: times.length, label: 'checkpoints' };
    }
  }

  /** The simulated curve of one γ, by its position; undefined where it is not whole. */
  simulatedCurve(index: number): SimulatedPoint[] | undefined {
    if (this.perturbed.length !== this.study.times.length) return undefined;
    return this.perturbed.map(({ checkpoint, excess }) => ({ loss: checkpoint.loss, excess: excess[index]! }));
  }

  /** Rows of the table `inflection`. */
  inflections(): Row[] {
    const { times, gammas } = this.study;
    return gammas.map((gamma, index) => {
      const theory = this.theory.map((checkpoint) => checkpoint.perturbedLoss(gamma));
      const simulation = this.simulatedCurve(index)?.map((point) => point.loss + point.excess.mean);
      return [
        ...this.layout.prefix,
        gamma,
        gridInflection(times, theory)?.time ?? null,
        simulation === undefined ? null : (gridInflection(times, simulation)?.time ?? null),
      ];
    });
  }

  /** What the curves say on T0, T1, T2 and T3, in this order. */
  checks(simulated: SimulatedPretraining | undefined): Check[] {
    const { times, gammas, replicates } = this.study;
    const run = { problem: this.problem, times, expected: simulated?.expected, divergedAt: this.divergedAt };
    const checkpoints = this.perturbed.map(({ checkpoint }) => checkpoint);
    return [
      checkDecoupling(run, checkpoints),
      checkPerturbationIdentity(run, gammas, replicates, this.perturbed),
      checkProgressiveSensitivity(run, checkpoints),
      checkOvertraining(run, gammas, this.perturbed),
    ];
  }

  /** Rows of the checkpoint at a position among the recorded times. */
  private curveRows(at: number, trained: number | null, point: GroupedCheckpoint | undefined): Row[] {
    const theory = this.theory[at]!;
    const time = this.study.times[at]!;
    return this.study.gammas.map((gamma, index) => {
      const estimate = point?.excess[index];
      const cells = this.layout.curve({
        gamma,
        time,
        loss: trained,
        sensitivityTheory: theory.sensitivity(gamma),
        sensitivitySim: estimate?.mean ?? null,
        sensitivityError: estimate?.standardError ?? null,
        perturbedLossTheory: theory.perturbedLoss(gamma),
        perturbedLossSim: estimate === undefined ? null : trained! + estimate.mean,
      });
      return [...this.layout.prefix, ...cells];
    });
  }

  private accuracyRows(at: number, point: GroupedCheckpoint, { expected }: SimulatedPretraining): Row[] {
    const { checkpoint, excess } = point;
    const { rows, cols } = this.problem;
    const bias = biasAt(this.problem, expected.checkpoints[at]!, checkpoint.time);
    return this.study.gammas.map((gamma, index) => {
      const slope = gamma ** 2 * (rows + cols);
      return [
        ...this.layout.prefix,
        gamma,
        checkpoint.time,
        this.theory[at]!.loss,
        checkpoint.loss,
        bias.loss,
        slope * bias.sum,
        slope * bias.sumRounding,
        excess[index]!.standardError,
      ];
    });
  }
}
