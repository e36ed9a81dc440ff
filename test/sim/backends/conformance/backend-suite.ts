import type { Backend } from '../../../../src/sim/backends/backend.js';
import type { BackendName } from '../../../../src/sim/backends/backend-list.js';
import { decouplingConformance } from './decoupling.js';
import { innerLoopConformance } from './inner-loops.js';
import { lifetimeConformance } from './lifetime.js';
import { modeConformance } from './modes.js';
import { momentConformance } from './moments.js';
import { networkConformance } from './networks.js';
import { optimizerConformance } from './optimizers.js';

/** All that every backend must pass, here and from the archive for machines with a graphics card. */
export function backendSuite(name: BackendName, open: () => Backend): void {
  networkConformance(open);
  modeConformance(open);
  momentConformance(open);
  optimizerConformance(open);
  innerLoopConformance(open);
  decouplingConformance(open);
  lifetimeConformance(name);
}
