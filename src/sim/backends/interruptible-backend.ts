import { eventLoopTurns } from '../scenario/compute.js';
import type { RunContext } from '../scenario/scenario.js';
import type { Backend } from './backend.js';
import { journaled } from './journaled-backend.js';

/**
 * The same backend, except that the event loop gets its turn before each call, that a signal ends the work, that steps are
 * counted, and that calls are kept in the run's journal, if it has one.
 */
export function interruptible(
  computing: Backend,
  { signal, work, journal }: Pick<RunContext, 'signal' | 'work' | 'journal'>,
): Backend {
  const backend = journal === undefined ? computing : journaled(computing, journal);
  const turn = eventLoopTurns(signal);
  const count = (networks: number, steps: number) => {
    if (work !== undefined) work.networkSteps += networks * steps;
  };
  return {
    name: backend.name,
    precision: backend.precision,
    device: backend.device,
    async descendNetworks(batch, rates) {
      await turn();
      count(batch.count, rates.length);
      return backend.descendNetworks(batch, rates);
    },
    async optimizeNetworks(networks, run) {
      await turn();
      count(networks.count, run.rates.length);
      return backend.optimizeNetworks(networks, run);
    },
    async descendModes(batch, rates) {
      await turn();
      count(batch.count, rates.length);
      return backend.descendModes(batch, rates);
    },
    async perturbationMoments(networks, noise) {
      await turn();
      return backend.perturbationMoments(networks, noise);
    },
    dispose: () => backend.dispose(),
  };
}
