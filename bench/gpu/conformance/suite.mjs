// The conformance suite of the tests on the backend webgpu, bundled by ../pack.mjs with the stand-in for vitest.
import { lifetimeConformance } from '../../../test/sim/backends/conformance/lifetime.js';
import { modeConformance } from '../../../test/sim/backends/conformance/modes.js';
import { momentConformance } from '../../../test/sim/backends/conformance/moments.js';
import { networkConformance } from '../../../test/sim/backends/conformance/networks.js';
import { optimizerConformance } from '../../../test/sim/backends/conformance/optimizers.js';
import { runCollected } from './vitest-stand-in.mjs';

/** Runs every test of the suite on an open backend webgpu. */
export function runConformance(backend, say) {
  for (const part of [networkConformance, modeConformance, momentConformance, optimizerConformance]) {
    part(() => backend);
  }
  lifetimeConformance('webgpu');
  return runCollected(say);
}
