import { afterAll, beforeAll, describe, test } from 'vitest';
import type { Backend } from '../../../src/sim/backends/backend.js';
import { openBackend } from '../../../src/sim/backends/open-backend.js';
import { backendsHere, missingDevices } from '../../support/devices.js';
import { backendSuite } from './conformance/backend-suite.js';

/** Every backend passes the same suite; a new one is covered as soon as its name is in the list. */
describe.each(backendsHere)('backend %s', (name) => {
  let backend: Backend;

  beforeAll(async () => {
    ({ backend } = await openBackend(name));
  });

  afterAll(async () => {
    await backend.dispose();
  });

  backendSuite(name, () => backend);
});

for (const [name, reason] of missingDevices) {
  test(`backend ${name} has a device`, ({ skip }) => skip(reason));
}
