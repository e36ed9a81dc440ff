import { afterAll, beforeAll, describe, test } from 'vitest';
import type { Backend } from '../../../src/sim/backends/backend.js';
import { openBackend } from '../../../src/sim/backends/open-backend.js';
import { backendsHere, missingDevices } from '../../support/devices.js';
import { decouplingConformance } from './conformance/decoupling.js';
import { innerLoopConformance } from './conformance/inner-loops.js';
import { lifetimeConformance } from './conformance/lifetime.js';
import { modeConformance } from './conformance/modes.js';
import { momentConformance } from './conformance/moments.js';
import { networkConformance } from './conformance/networks.js';
import { optimizerConformance } from './conformance/optimizers.js';

/** Every backend passes the same suite; a new one is covered as soon as its name is in the list. */
describe.each(backendsHere)('backend %s', (name) => {
  let backend: Backend;

  beforeAll(async () => {
    ({ backend } = await openBackend(name));
  });

  afterAll(async () => {
    await backend.dispose();
  });

  networkConformance(() => backend);
  modeConformance(() => backend);
  momentConformance(() => backend);
  optimizerConformance(() => backend);
  innerLoopConformance(() => backend);
  decouplingConformance(() => backend);
  lifetimeConformance(name);
});

for (const [name, reason] of missingDevices) {
  test(`backend ${name} has a device`, ({ skip }) => skip(reason));
}
