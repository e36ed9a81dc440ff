// The conformance suite of the tests on the backend webgpu, bundled by ../pack.mjs with the stand-in for vitest.
import { backendSuite } from '../../../test/sim/backends/conformance/backend-suite.js';
import { runCollected } from './vitest-stand-in.mjs';

/** Runs every test of the suite on an open backend webgpu. */
export function runConformance(backend, say) {
  backendSuite('webgpu', () => backend);
  return runCollected(say);
}
