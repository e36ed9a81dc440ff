import { gridInflection } from '../../theory/grid-inflection.js';
import { perturbedLoss } from '../../theory/perturbed-loss.js';
import type { Problem } from '../../theory/problem.js';
import { sensitivityAt } from '../../theory/progressive.js';
import { loss } from '../../theory/trajectory.js';
import { checkDecoupling } from '../checks/decoupling.js';
import { checkOvertraining } from '../checks/overtraining.js';
import { checkPerturbationIdentity } from '../checks/perturbation-identity.js';
import { checkProgressiveSensitivity } from '../checks/progressive-sensitivity.js';
import { biasAt } from '../engines/bias.js';
import { hasDiverged, type PerturbedCheckpoint, withoutNetwork } from '../engines/checkpoint.js';
import { estimateExcess } from '../noise/excess.js';
import { NoiseReplicates } from '../noise/noise-replicates.js';
import type { SimulatedPretraining } from '../pretraining.js';
import type { RunEvent } from '../scenario.js';
import type { Row } from '../table.js';

/** Which noise is put on which checkpoints. */
export interface NoiseStudy {
  readonly times: readonly number[];
  /** Absolute standard deviations. */
  readonly gammas: readonly number[];
  readonly replicates: number;
  readonly seed: number;
}

/** The curves of one run of `gaussian`, built checkpoint by checkpoint. */
export class GaussianCurves {
  private readonly perturbed: PerturbedCheckpoint[] = [];
  private divergedAt: number | undefined;

  constructor(
    private readonly problem: Problem,
    private readonly study: NoiseStudy,
  ) {}

  /** Rows of a run that simulates nothing. */
  *theoryOnly(): Generator<RunEvent> {
    for (const time of this.study.times) {
      yield { kind: 'rows', table: 'curve', rows: this.curveRows(time, loss(this.problem, time), undefined) };
    }
  }

  /** Trains, perturbs every checkpoint as it comes, and yields its rows. */
  async *simulate(simulated: SimulatedPretraining): AsyncGenerator<RunEvent, void, undefined> {
    const { times, gammas, replicates, seed } = this.study;
    const noise = new NoiseReplicates(this.problem, replicates, seed);
    let done = 0;
    for await (const recorded of simulated.recorded()) {
      const { time } = recorded;
      if (hasDiverged(recorded)) {
        if (this.divergedAt === undefined) yield simulated.divergence(recorded.divergedAt);
        this.divergedAt = recorded.divergedAt;
        yield { kind: 'rows', table: 'curve', rows: this.curveRows(time, null, undefined) };
      } else {
        const excess = await estimateExcess(simulated.backend, recorded.network, noise, gammas);
        const point = { checkpoint: withoutNetwork(recorded), excess };
        this.perturbed.push(point);
        yield { kind: 'rows', table: 'curve', rows: this.curveRows(time, recorded.loss, point) };
        yield { kind: 'rows', table: 'accuracy', rows: this.accuracyRows(done, point, simulated) };
      }
      done++;
      yield { kind: 'progress', done, total: times.length, label: 'checkpoints' };
    }
  }

  inflections(): Row[] {
    const { times, gammas } = this.study;
    const complete = this.perturbed.length === times.length;
    return gammas.map((gamma, index) => {
      const theory = times.map((time) => perturbedLoss(this.problem, gamma, time));
      const simulation = this.perturbed.map(
        ({ checkpoint, excess }) => checkpoint.loss + excess[index]!.mean,
      );
      return [
        gamma,
        gridInflection(times, theory)?.time ?? null,
        complete ? (gridInflection(times, simulation)?.time ?? null) : null,
      ];
    });
  }

  *checks(simulated: SimulatedPretraining | undefined): Generator<RunEvent> {
    const { times, gammas, replicates } = this.study;
    const run = { problem: this.problem, times, expected: simulated?.expected, divergedAt: this.divergedAt };
    const checkpoints = this.perturbed.map(({ checkpoint }) => checkpoint);
    yield { kind: 'check', check: checkDecoupling(run, checkpoints) };
    yield { kind: 'check', check: checkPerturbationIdentity(run, gammas, replicates, this.perturbed) };
    yield { kind: 'check', check: checkProgressiveSensitivity(run, checkpoints) };
    yield { kind: 'check', check: checkOvertraining(run, gammas, this.perturbed) };
  }

  private curveRows(time: number, trained: number | null, point: PerturbedCheckpoint | undefined): Row[] {
    return this.study.gammas.map((gamma, index) => {
      const estimate = point?.excess[index];
      return [
        gamma,
        time,
        trained,
        sensitivityAt(this.problem, gamma, time),
        estimate?.mean ?? null,
        estimate?.standardError ?? null,
        perturbedLoss(this.problem, gamma, time),
        estimate === undefined ? null : trained! + estimate.mean,
      ];
    });
  }

  private accuracyRows(at: number, point: PerturbedCheckpoint, { expected }: SimulatedPretraining): Row[] {
    const { checkpoint, excess } = point;
    const { rows, cols } = this.problem;
    const bias = biasAt(this.problem, expected.checkpoints[at]!, checkpoint.time);
    return this.study.gammas.map((gamma, index) => {
      const slope = gamma ** 2 * (rows + cols);
      return [
        gamma,
        checkpoint.time,
        loss(this.problem, checkpoint.time),
        checkpoint.loss,
        bias.loss,
        slope * bias.sum,
        slope * bias.sumRounding,
        excess[index]!.standardError,
      ];
    });
  }
}
