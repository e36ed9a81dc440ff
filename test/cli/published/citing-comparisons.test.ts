import { describe, expect, it } from 'vitest';
import { exposureFindings, replayFindings } from '../../../src/cli/published/citing-comparisons.js';
import { earlyExposure } from '../../../src/sim/scenarios/early-exposure.js';
import { gaussian } from '../../../src/sim/scenarios/gaussian.js';
import { replay } from '../../../src/sim/scenarios/replay.js';
import { runScenario } from '../../support/documents.js';

describe('citing papers beside their figures', () => {
  // Its turn at the narrow width is above three standard errors, but not above the five that a comparison asks.
  it('replay has every order, and no U-turn beyond five standard errors', async () => {
    const findings = replayFindings(await runScenario(replay, {}));
    expect(findings.map(({ figure, verdict }) => `${figure} ${verdict}`)).toEqual([
      'pretrain_length agrees',
      'pretrain_length agrees',
      'model_size agrees',
      'replay agrees',
    ]);
  });

  it('early exposure has the order of the retained loss, and an immediate loss that falls', async () => {
    const findings = exposureFindings(await runScenario(earlyExposure, {}, { engine: 'exact' }));
    expect(findings.map(({ verdict }) => verdict)).toEqual(['agrees', 'mismatch']);
  });

  it('say nothing of runs without their tables', async () => {
    const other = await runScenario(gaussian, { dim: 2, times: '1,2' }, { engine: 'exact' });
    expect([replayFindings(other), exposureFindings(other)]).toEqual([[], []]);
  });
});
