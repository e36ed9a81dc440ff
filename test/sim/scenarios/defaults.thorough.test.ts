import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { exposureFindings, replayFindings } from '../../../src/cli/published/comparisons.js';
import { scenarios } from '../../../src/sim/scenarios/scenario-list.js';
import { numbers, records, verdictOf } from '../../support/documents.js';
import { scenarioDocument } from '../../support/scenario-documents.js';

const papers = readFileSync(new URL('../../../docs/citing-papers.md', import.meta.url), 'utf8').split('\n');

test.each(scenarios.map((scenario) => [scenario.id, scenario] as const))(
  '%s without any option fails no check, and bears out a claim that it names',
  (id, { claims }) => {
    const { checks } = scenarioDocument(id);
    expect(checks.filter(({ verdict }) => verdict === 'fails')).toEqual([]);
    expect(checks.some(({ claim, verdict }) => verdict === 'holds' && claims.includes(claim))).toBe(true);
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

test('width: the defaults rise with width, then fall, at the middle noise', () => {
  const document = scenarioDocument('width');
  const middle = records(document, 'scaling').filter(({ gamma }) => gamma === 0.05);
  const turns = middle.map(({ inflection_theory }) => Number(inflection_theory));
  const peak = turns.indexOf(Math.max(...turns));
  // Where 2 γ² d = 1/d: at d = 14.
  expect(middle.map(({ dim }) => dim)[peak]).toBe(12);
  turns.slice(1).forEach((turn, at) => {
    expect(turn > turns[at]!).toBe(at < peak);
  });
  const [softest, loudest] = [0.02, 0.1].map((gamma) =>
    records(document, 'fit').find((row) => row.gamma === gamma && row.limited_by === 'either'),
  );
  expect(Number(softest!.exponent_theory)).toBeGreaterThan(4 * Number(softest!.exponent_theory_stderr));
  expect(Number(loudest!.exponent_theory)).toBeLessThan(-4 * Number(loudest!.exponent_theory_stderr));
});

test('early-exposure: shows on its defaults what the docs say', () => {
  const document = scenarioDocument('early-exposure');
  expect(document.verdict?.verdict).toBe('agrees');
  const [threshold] = records(document, 'threshold');
  expect(Number(threshold!.mix_theory)).toBeCloseTo(Math.log(Math.exp(10) - 1) / 120, 12);
  expect(threshold!.mix_sim).toBe(0.1);
  const rows = records(document, 'curve').filter((row) => row.mix === 0 || row.mix === 1);
  // Both converged networks lose the same: four modes go from 2 back to 1.
  for (const row of rows) expect(Number(row.forgetting_sim)).toBeCloseTo(4, 2);
  expect(verdictOf(document, 'T0-descent')).toBe('holds');
  expect(verdictOf(document, 'T4-exposure')).toBe('holds');
  const published = records(document, 'published');
  for (const size of ['30M', '150M', '300M']) {
    const retained = published.filter((row) => row.size === size);
    const order = (column: string) => retained.map((row) => Number(row[column]));
    // Without exposure most is lost, there and here.
    expect(Math.max(...order('loss_retained_published'))).toBe(order('loss_retained_published')[0]);
    expect(Math.max(...order('loss_retained_theory'))).toBe(order('loss_retained_theory')[0]);
  }
});

test('two-stage-alignment: agrees with the paper on its defaults, and flips off the way', () => {
  const document = scenarioDocument('two-stage-alignment');
  expect(document.verdict?.verdict).toBe('agrees');
  const [between, elsewhere] = records(document, 'patterns');
  expect(between).toMatchObject({ both: between!.cells, opposite: 0 });
  expect(Number(elsewhere!.opposite)).toBeGreaterThan(100);
  expect(verdictOf(document, 'T4-two-stage')).toBe('holds');
  expect(verdictOf(document, 'T0-descent')).toBe('holds');
});

test('regularize: delays the inflection and costs fine-tuning loss on its defaults', () => {
  const document = scenarioDocument('regularize');
  const inflections = numbers(document, 'inflection', 'time_sim');
  inflections.slice(1).forEach((time, at) => {
    expect(time).toBeGreaterThan(inflections[at]!);
  });
  const last = records(document, 'curve').filter((row) => row.time === 300);
  const costs = last.map((row) => Number(row.loss_ft_sim));
  expect(costs.length).toBe(5);
  costs.slice(1).forEach((cost, at) => {
    expect(cost).toBeGreaterThan(costs[at]! + 0.1);
  });
  for (const { claim, verdict } of document.checks) expect([claim, verdict]).toEqual([claim, 'holds']);
});

test('finetune: shows the catastrophic U at once, earlier for larger rates', () => {
  const document = scenarioDocument('finetune');
  const rows = records(document, 'curve');
  for (const rate of [0.002, 0.004, 0.008]) {
    const curve = rows.filter((row) => row.learning_rate === rate).map((row) => Number(row.loss_pre_sim));
    const least = Math.min(...curve);
    expect(curve[0]! / least).toBeGreaterThan(1.8);
    expect(curve.at(-1)! / least).toBeGreaterThan(1.3);
  }
  const inflections = numbers(document, 'inflection', 'time_sim');
  expect(numbers(document, 'inflection', 'time_theory')).toEqual(inflections);
  inflections.slice(1).forEach((time, at) => {
    expect(time).toBeLessThan(inflections[at]!);
  });
  for (const claim of ['T4', 'T4-steps', 'T4-forgetting']) expect(verdictOf(document, claim)).toBe('holds');
});

test('optimizer-consistency: on its defaults the diagonal does not dominate', () => {
  const document = scenarioDocument('optimizer-consistency');
  expect(document.verdict?.verdict).toBe('disagrees');
  expect(document.warnings).toEqual([]);
});

test('early-exposure: early exposure has the order of the retained loss, and an immediate loss that falls', () => {
  const findings = exposureFindings(scenarioDocument('early-exposure'));
  expect(findings.map(({ verdict }) => verdict)).toEqual(['agrees', 'mismatch']);
});
