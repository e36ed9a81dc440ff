import { describe, expect, test } from 'vitest';
import { runReport } from '../../../src/cli/output/run-report.js';
import type { Scenario } from '../../../src/sim/scenario/scenario.js';
import { earlyExposure } from '../../../src/sim/scenarios/early-exposure/early-exposure.js';
import { runScenario } from '../../support/documents.js';

describe('the report of a run on a citing paper', () => {
  test('ends with its verdict, which the document has too', async () => {
    const document = await runScenario(earlyExposure, { mixes: '0,0.2' }, { engine: 'exact' });
    const terminal = { width: 100, colour: 'none', unicode: true, live: false } as const;
    const lines = runReport(earlyExposure as unknown as Scenario, document, terminal);
    expect(lines).toContain('Verdict on the paper: agrees');
    const { verdict, ...rest } = document;
    expect(verdict?.reason).toMatch(/^at no higher an immediate loss/);
    expect(runReport(earlyExposure as unknown as Scenario, rest, terminal).join('\n')).not.toContain('Verdict');
  });
});
