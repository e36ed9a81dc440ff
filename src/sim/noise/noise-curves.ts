import { NoisyCheckpoint } from '../../theory/perturbed-loss.js';
import { loss, type Problem } from '../../theory/problem.js';
import { gridInflection } from '../../theory/search.js';
import type { NetworkShape } from '../backends/backend.js';
import type { Check, RunEvent } from '../scenario/scenario.js';
import { gammaColumn, inLoss, type Readings, type RowsEvent, type TableOf, timeColumn } from '../scenario/table.js';
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

/** Which noise is put on which checkpoints. */
export interface NoiseStudy {
  readonly times: readonly number[];
  /** Absolute standard deviations. */
  readonly gammas: readonly number[];
  readonly replicates: number;
  readonly seed: number;
}

/**
 * What a study of noise asks of the discretisation: at every recorded time and every γ, a bias of the sensitivity well
 * below the Monte Carlo error that is to come, and a bias of the loss below it too or invisible.
 */
export function noiseAccuracy(problem: Problem, study: Omit<NoiseStudy, 'seed'>): Accuracy {
  let limits: ReturnType<typeof limitsAt> | undefined;
  return {
    measure: 'a quarter of the Monte Carlo error (see the accuracy table)',
    operations: noiseOperations(problem, study.times.length * study.replicates),
    acceptable: (checkpoint, at) => {
      // Only simulated runs judge a plan: a closed form must not pay for the limits.
      limits ??= limitsAt(problem, study);
      const limit = limits[at]!;
      const bias = biasAt(problem, checkpoint, study.times[at]!);
      return Math.abs(bias.sum) <= limit.sum && Math.abs(bias.loss) <= limit.loss;
    },
  };
}

/** Floating-point operations of so many draws of noise, each of three products. */
export function noiseOperations({ rows, hidden, cols }: NetworkShape, draws: number): number {
  return 6 * rows * hidden * cols * draws;
}

/** Largest bias of the sum of singular values and of the loss at each recorded time. */
function limitsAt(problem: Problem, { times, gammas, replicates }: Omit<NoiseStudy, 'seed'>) {
  const slope = problem.rows + problem.cols;
  const invisible = INVISIBLE_LOSS_BIAS * loss(problem, 0);
  return times.map((time) => {
    const noisy = gammas.filter((gamma) => gamma > 0);
    const errors = noisy.map((gamma) => predictedStandardError(problem, gamma, time, replicates));
    const sums = errors.map((error, at) => (SHARE_OF_SENSITIVITY_ERROR * error) / (noisy[at]! ** 2 * slope));
    const losses = errors.map((error) => Math.max(invisible, SHARE_OF_LOSS_ERROR * error));
    return { sum: Math.min(...sums), loss: Math.min(...losses) };
  });
}

/** One checkpoint under one γ. */
export interface NoisePoint {
  readonly dim: number;
  readonly gamma: number;
  readonly time: number;
  /** The closed form at this time. */
  readonly theory: NoisyCheckpoint;
  /** Loss of the checkpoint, as trained or, where nothing is simulated, by theory; null where training diverged. */
  readonly loss: number | null;
  /** Rise of the loss over the replicates; absent where it was not simulated. */
  readonly excess?: GroupedEstimate | undefined;
}

/** Loss of a checkpoint + mean rise of the loss over the replicates. */
export function perturbedLossSim({ loss, excess }: NoisePoint): number | undefined {
  return excess && loss! + excess.mean;
}

/** A simulated checkpoint under one γ, and what is known of its errors. */
export interface NoiseAccuracyPoint extends NoisePoint {
  readonly bias: ReturnType<typeof biasAt>;
  /** Change of the sensitivity with the sum of the singular values. */
  readonly slope: number;
}

/** Where the perturbed loss under one γ is least, on the grid. */
export interface NoiseTurn {
  readonly dim: number;
  readonly gamma: number;
  readonly timeTheory: number | undefined;
  readonly timeSim: number | undefined;
}

/** The tables in which a scenario sets out a study. */
export interface NoiseTables {
  readonly curve: TableOf<NoisePoint>;
  readonly inflection: TableOf<NoiseTurn>;
  readonly accuracy: TableOf<NoiseAccuracyPoint>;
}

/** What is known of the errors of a study of noise; one table of them belongs to every such scenario. */
export const noiseAccuracyColumns: Readings<NoiseAccuracyPoint> = {
  gamma: gammaColumn,
  time: timeColumn,
  loss_theory: inLoss('pre-training loss of the checkpoint, closed form of the flow (T0)', ({ theory }) => theory.loss),
  loss_sim: inLoss('pre-training loss of the checkpoint as it was trained', ({ loss }) => loss),
  loss_bias: inLoss(
    'discretisation error within loss_sim - loss_theory: exact recurrence minus flow',
    ({ bias }) => bias.loss,
  ),
  sensitivity_bias: inLoss(
    'discretisation error within sensitivity_sim - sensitivity_theory',
    ({ slope, bias }) => slope * bias.sum,
  ),
  sensitivity_rounding: inLoss(
    'bound on what floating point adds to the expectation of sensitivity_sim',
    ({ slope, bias }) => slope * bias.sumRounding,
  ),
  sensitivity_stderr: inLoss(
    'standard error of sensitivity_sim, for comparison',
    ({ excess }) => excess?.standardError,
  ),
};

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
    private readonly tables: NoiseTables,
  ) {
    this.theory = study.times.map((time) => new NoisyCheckpoint(problem, time));
  }

  /** Trains, perturbs every checkpoint as it comes, and yields its rows; those of theory where nothing is simulated. */
  async *events(simulated: SimulatedPretraining | undefined): AsyncGenerator<RunEvent, void, undefined> {
    if (simulated === undefined) {
      for (const [at, checkpoint] of this.theory.entries()) {
        yield this.tables.curve.rows(this.points(at, checkpoint.loss, undefined));
      }
      return;
    }
    const { times, gammas, replicates, seed } = this.study;
    const noise = new NoiseReplicates(this.problem, replicates, seed);
    let done = 0;
    for await (const recorded of simulated.recorded()) {
      if (hasDiverged(recorded)) {
        if (this.divergedAt === undefined) yield simulated.divergence(recorded.divergedAt);
        this.divergedAt = recorded.divergedAt;
        yield this.tables.curve.rows(this.points(done, null, undefined));
      } else {
        const excess = await estimateExcess(simulated.backend, recorded.network, noise, gammas);
        const point = { checkpoint: withoutNetwork(recorded), excess };
        this.perturbed.push(point);
        const points = this.points(done, recorded.loss, point);
        const bias = biasAt(this.problem, simulated.expected.checkpoints[done]!, recorded.time);
        const { rows, cols } = this.problem;
        yield this.tables.curve.rows(points);
        yield this.tables.accuracy.rows(points.map((one) => ({ ...one, bias, slope: one.gamma ** 2 * (rows + cols) })));
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
  inflections(): RowsEvent {
    const { times, gammas } = this.study;
    const turns = gammas.map((gamma, index): NoiseTurn => {
      const theory = this.theory.map((checkpoint) => checkpoint.perturbedLoss(gamma));
      const simulation = this.simulatedCurve(index)?.map((point) => point.loss + point.excess.mean);
      return {
        dim: this.problem.rows,
        gamma,
        timeTheory: gridInflection(times, theory)?.time,
        timeSim: simulation && gridInflection(times, simulation)?.time,
      };
    });
    return this.tables.inflection.rows(turns);
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

  /** The checkpoint at a position among the recorded times, under each γ. */
  private points(at: number, loss: number | null, point: GroupedCheckpoint | undefined): NoisePoint[] {
    const known = { dim: this.problem.rows, time: this.study.times[at]!, theory: this.theory[at]!, loss };
    return this.study.gammas.map((gamma, index) => ({ ...known, gamma, excess: point?.excess[index] }));
  }
}
