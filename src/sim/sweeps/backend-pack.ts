import {
  answering,
  type Backend,
  type CallResult,
  make,
  type NetworkShape,
  type NoiseBatch,
} from '../backends/backend.js';
import type { BackendChoice } from '../backends/backend-list.js';
import { float32SavesTime } from '../backends/gpu-js/gpu-threshold.js';
import type { BackendNeed, OpenBackend, OpenedBackend } from '../backends/open-backend.js';
import { callTogether, sameFields, sameNoise, together, type WaitingCall } from './packed-calls.js';

/** One of several runs that go on at the same time and share backends. */
export interface Lane {
  /** Opens a backend of the pack for this run; disposing of it leaves the pack as it is. */
  readonly openBackend: OpenBackend;
  /** The run has ended: the others need not wait for its calls any more. */
  leave(): void;
}

/**
 * Backends that several runs share, so that their calls become calls on ensembles: each call waits until every run that goes on
 * waits for one, and then those that fit together are made at once. Since a backend's result for one network does not
 * depend on which others are in the batch, the numbers are those of runs made one by one, to the last bit.
 */
export class BackendPack {
  private readonly opened = new Map<string, Promise<OpenedBackend>>();
  private readonly noises = new Map<Backend, KeptNoise>();
  private waiting: WaitingCall[] = [];
  /** Runs that go on, with the number of their calls that wait. */
  private readonly lanes = new Map<Lane, number>();
  private working = false;

  /** @param open opens a backend the first time that a run asks for it */
  constructor(private readonly open: OpenBackend) {}

  /** Begins a run. It must wait for nothing but its backend's calls as long as others go on. */
  enter(): Lane {
    const lane: Lane = {
      openBackend: async (choice, need) => {
        const { backend, reason } = await this.shared(choice, need);
        return { backend: this.laneBackend(backend, lane), reason };
      },
      leave: () => {
        this.lanes.delete(lane);
        this.workIfAllWait();
      },
    };
    this.lanes.set(lane, 0);
    return lane;
  }

  /** Frees the backends. */
  async dispose(): Promise<void> {
    const opened = await Promise.allSettled(this.opened.values());
    for (const one of opened) if (one.status === 'fulfilled') await one.value.backend.dispose();
  }

  /** Why float64 is needed is told of each run, not of the one that came first. */
  private async shared(choice: BackendChoice, need: BackendNeed): Promise<OpenedBackend> {
    const { float64Reason, operations } = need;
    const key = choice === 'auto' ? `auto ${float64Reason !== undefined} ${float32SavesTime(operations)}` : choice;
    let opening = this.opened.get(key);
    if (opening === undefined) {
      opening = this.open(choice, need);
      this.opened.set(key, opening);
    }
    const { backend, reason } = await opening;
    return { backend, reason: choice === 'auto' ? (float64Reason ?? reason) : reason };
  }

  private laneBackend(backend: Backend, lane: Lane): Backend {
    const settled = () => {
      const calls = this.lanes.get(lane);
      if (calls !== undefined) this.lanes.set(lane, calls - 1);
    };
    const shared = answering(backend, (call) => {
      // An optimiser's state and inputs are its own: these calls are made one by one.
      if (call.name === 'optimizeNetworks') return make(backend, call);
      return new Promise<CallResult>((resolve, reject) => {
        this.lanes.set(lane, (this.lanes.get(lane) ?? 0) + 1);
        this.waiting.push({
          ...{ backend, call },
          resolve: (result) => {
            settled();
            resolve(result);
          },
          reject: (error) => {
            settled();
            reject(error);
          },
        });
        this.workIfAllWait();
      });
    });
    return { ...shared, dispose: async () => {} };
  }

  private workIfAllWait(): void {
    if (this.working || this.waiting.length === 0) return;
    for (const calls of this.lanes.values()) if (calls === 0) return;
    this.working = true;
    const calls = this.waiting;
    this.waiting = [];
    void this.work(calls);
  }

  private async work(calls: readonly WaitingCall[]): Promise<void> {
    for (const group of together(calls)) await callTogether(group, this.noiseOf(group[0]!));
    this.working = false;
    // Runs whose calls were answered have not gone on yet: their next calls come with the event loop's next turn.
    this.workIfAllWait();
  }

  /** A backend keeps the noise of its latest batch as long as it is given the same object. */
  private noiseOf({ backend, call }: WaitingCall): NoiseBatch | undefined {
    if (call.name !== 'perturbationMoments') return undefined;
    const [networks, noise] = call.inputs;
    const kept = this.noises.get(backend);
    if (kept !== undefined && sameFields(kept.shape, networks.shape) && sameNoise(kept.noise, noise)) return kept.noise;
    this.noises.set(backend, { shape: networks.shape, noise });
    return noise;
  }
}

interface KeptNoise {
  readonly shape: NetworkShape;
  readonly noise: NoiseBatch;
}
