import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
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
