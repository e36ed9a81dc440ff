import { eventLoopTurns } from '../event-loop.js';
import type { Backend } from './backend.js';

/** The same backend, except that the event loop gets its turn before each call and that a signal ends the work. */
export function interruptible(backend: Backend, signal: AbortSignal | undefined): Backend {
  const turn = eventLoopTurns(signal);
  return {
    name: backend.name,
    precision: backend.precision,
    device: backend.device,
    async descendNetworks(batch, rates) {
      await turn();
      return backend.descendNetworks(batch, rates);
    },
    async optimizeNetworks(networks, run) {
      await turn();
      return backend.optimizeNetworks(networks, run);
    },
    async descendModes(batch, rates) {
      await turn();
      return backend.descendModes(batch, rates);
    },
    async perturbationMoments(networks, noise) {
      await turn();
      return backend.perturbationMoments(networks, noise);
    },
    dispose: () => backend.dispose(),
  };
}
