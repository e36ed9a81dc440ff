import { describe, expect, it } from 'vitest';
import { exposureFindings, replayFindings } from '../../../src/cli/published/comparisons.js';
import { gaussian } from '../../../src/sim/scenarios/gaussian/gaussian.js';
import { runScenario } from '../../support/documents.js';
import { scenarioDocument } from '../../support/scenario-documents.js';

describe('citing papers beside their figures', () => {
  it('replay is compared in its length, size and replay, whatever the numbers', () => {
    const figures = replayFindings(scenarioDocument('replay')).map(({ figure }) => figure);
    expect(new Set(figures)).toEqual(new Set(['pretrain_length', 'model_size', 'replay']));
  });

  it('say nothing of runs without their tables', async () => {
    const other = await runScenario(gaussian, { dim: 2, times: '1,2' }, { engine: 'exact' });
    expect([replayFindings(other), exposureFindings(other)]).toEqual([[], []]);
  });
});
