import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { replayFindings } from '../../../src/cli/published/citing-comparisons.js';
import { scenarios } from '../../../src/sim/scenario-list.js';
import { scenarioDocument } from '../../support/scenario-documents.js';

const papers = readFileSync(new URL('../../../docs/citing-papers.md', import.meta.url), 'utf8').split('\n');

test.each(scenarios.map((scenario) => [scenario.id, scenario] as const))(
  '%s without any option fails no check, and every claim it bears on is judged',
  (id, { claims }) => {
    const { checks } = scenarioDocument(id);
    expect(checks.filter(({ verdict }) => verdict === 'fails')).toEqual([]);
    expect(checks.some(({ verdict }) => verdict === 'holds')).toBe(true);
    expect(checks.map(({ claim }) => claim)).toEqual(expect.arrayContaining([...claims]));
  },
);

test.each(scenarios.flatMap(({ id, paper }) => (paper === undefined ? [] : [[id, paper] as const])))(
  'the row of %s in docs/citing-papers.md is what its run says (npm run citing-papers writes it)',
  (id, paper) => {
    const { verdict } = scenarioDocument(id);
    const row = papers.find((line) => line.includes(`(${paper.id}), \`${id}\``))!;
    for (const text of [paper.title, paper.claim, verdict!.reason, `**${verdict!.verdict}**`])
      expect(row).toContain(text);
  },
);

// Its turn at the narrow width is above three standard errors, but not above the five that a comparison asks.
test('replay has every order of the paper, and no U-turn beyond five standard errors', () => {
  const findings = replayFindings(scenarioDocument('replay'));
  expect(findings.map(({ figure, verdict }) => `${figure} ${verdict}`)).toEqual([
    'pretrain_length agrees',
    'pretrain_length agrees',
    'model_size agrees',
    'replay agrees',
  ]);
});
