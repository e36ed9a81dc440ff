import { describe, expect, it } from 'vitest';
import {
  comparisons,
  directionOf,
  findingsOn,
  hasPlateau,
  hasUTurn,
  publishedSources,
} from '../../../src/cli/published/comparisons.js';
import { earlyExposure, forgetting, overtrained } from '../../../src/cli/published/published.js';
import type { RunDocument } from '../../../src/sim/scenario/run-document.js';
import { scenarios } from '../../../src/sim/scenarios/scenario-list.js';
import { runScenario } from '../../support/documents.js';

const scenario = (id: string) => scenarios.find((one) => one.id === id)!;
const verdicts = (document: RunDocument, source: (typeof publishedSources)[number]) =>
  findingsOn(document, source).map(({ figure, verdict }) => `${figure} ${verdict}`);

describe('published figures', () => {
  it('have series of one length each, in ascending order of their first', () => {
    for (const { figures } of publishedSources)
      for (const { series } of Object.values(figures)) {
        const [first, ...others] = Object.values(series);
        expect(directionOf(first!)).toBe('rises');
        for (const other of others) expect(other).toHaveLength(first!.length);
      }
  });

  it('show what is said of them', () => {
    const { pretrain_length, model_size, replay } = forgetting.figures;
    const { loss_before, loss_after } = pretrain_length!.series;
    const forgotten = loss_after!.map((after, index) => after - loss_before![index]!);
    expect(directionOf(forgotten)).toBe('rises');
    expect(hasUTurn(loss_after!)).toBe(false);
    expect(directionOf(model_size!.series.loss_after!)).toBe('falls');
    expect(directionOf(replay!.series.loss_after!)).toBe('falls');
    const early = earlyExposure.figures.figure_3a!.series;
    expect(hasUTurn(early.retained_loss_30M!)).toBe(true);
    for (const size of ['150M', '300M']) expect(directionOf(early[`retained_loss_${size}`]!)).toBe('falls');
    for (const size of ['30M', '150M', '300M']) {
      const immediate = early[`immediate_loss_${size}`]!;
      expect(Math.max(...immediate) / Math.min(...immediate)).toBeLessThan(1.0132);
    }
  });

  it('are set only beside scenarios that there are', () => {
    for (const { scenario: id } of comparisons) expect(scenarios.map((one) => one.id)).toContain(id);
  });
});

describe('runs beside published figures', () => {
  it('bear out the shapes that the paper tells of noise and of fine-tuning', async () => {
    const noise = await runScenario(scenario('gaussian'), {});
    expect(verdicts(noise, overtrained)).toEqual([
      'controlled agrees',
      'controlled agrees',
      'olmo_1b_anthropic_hh agrees',
    ]);
    expect(findingsOn(noise, forgetting)).toEqual([]);
    const weak = await runScenario(scenario('gaussian'), { gammas: '0.000001,0.09' }, { engine: 'exact' });
    expect(verdicts(weak, overtrained)[0]).toBe('controlled mismatch');
    expect(verdicts(weak, overtrained)[1]).toBe('controlled open');
  });

  it('tell mismatches as they are', async () => {
    const run = await runScenario(scenario('finetune'), {}, { engine: 'exact' });
    expect(verdicts(run, overtrained)).not.toContain('controlled mismatch');
    expect(verdicts(run, forgetting)).toEqual([
      'pretrain_length mismatch',
      'pretrain_length agrees',
      'pretrain_length mismatch',
      'pretrain_length agrees',
    ]);
    const erased = await runScenario(scenario('finetune'), { target: 'erase:3' }, { engine: 'exact' });
    expect(findingsOn(erased, forgetting)[2]).toMatchObject({
      published: 'the loss after fine-tuning shows no U-turn',
      verdict: 'agrees',
    });
  });

  it('say nothing where one run can say nothing, and only of replay where there is replay', async () => {
    const tuned = await runScenario(scenario('finetune-tuned'), { times: 'log:0.5:50:8' }, { engine: 'exact' });
    expect(verdicts(tuned, overtrained)).toEqual(['controlled open']);
    const pulled = await runScenario(scenario('regularize'), {}, { engine: 'exact' });
    expect(findingsOn(pulled, forgetting)).toEqual([]);
    const replayed = await runScenario(scenario('regularize'), { preset: 'replay' }, { engine: 'exact' });
    expect(verdicts(replayed, forgetting)).toEqual(['replay agrees']);
  });
});

describe('shapes of curves', () => {
  it.each([
    [[3, 2, 1, 2], true, 'turns'],
    [[3, 2, 1], false, 'falls'],
    [[1, 2, 3], false, 'rises'],
    [[2, 2, 2], false, 'flat'],
    [[3, 1, 1.001], false, 'falls'],
  ])('of %j', (values, turns, direction) => {
    expect(hasUTurn(values)).toBe(turns);
    expect(directionOf(values)).toBe(direction);
  });

  it('have a plateau where the end hardly changes', () => {
    expect(hasPlateau([5, 3, 2, 1.5, 1.2, 1.1])).toBe(true);
    expect(hasPlateau([6, 5, 4, 3, 2, 1])).toBe(false);
  });
});
