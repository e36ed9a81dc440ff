import { answering, type Backend, type BackendCall, make } from './backend.js';

/** Counts the work of a run as it goes on. */
export interface WorkMeter {
  /** Optimiser steps made so far, each network counted on its own. */
  networkSteps: number;
}

/**
 * The same backend, except that each call waits for its turn and that steps are counted.
 *
 * @param turn gives signals, timers and keys their turn; throws once the run has been interrupted
 */
export function interruptible(backend: Backend, turn: () => Promise<void>, work?: WorkMeter): Backend {
  return answering(backend, async (call) => {
    await turn();
    if (work !== undefined) work.networkSteps += networkSteps(call);
    return make(backend, call);
  });
}

function networkSteps(call: BackendCall): number {
  if (call.name === 'perturbationMoments') return 0;
  const [{ count }, steps] = call.inputs;
  return count * ('rates' in steps ? steps.rates : steps).length;
}
