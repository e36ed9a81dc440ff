import { expect, test } from 'vitest';
import type { AttackNews } from '../../../../src/cli/tui/state/app-state.js';
import { untouchedDraft } from '../../../../src/cli/tui/state/draft.js';
import type { RunNews } from '../../../../src/cli/tui/state/run.js';
import { performAttack } from '../../../../src/cli/tui/worker/attack-worker.js';
import { performRun } from '../../../../src/cli/tui/worker/run-worker.js';
import type { Scenario } from '../../../../src/sim/scenario/scenario.js';
import { parabola } from '../../support/parabola-scenario.js';

const scenarios = [parabola as unknown as Scenario];
const order = (settings: Record<string, string>, isPreview = false) => ({
  ...untouchedDraft,
  settings,
  run: 1,
  scenario: 'parabola',
  isPreview,
});

async function newsOf(
  settings: Record<string, string>,
  isPreview = false,
  interruption = { signal: new AbortController().signal, at: (_: RunNews) => {} },
) {
  const news: RunNews[] = [];
  await performRun(order(settings, isPreview), scenarios, interruption.signal, (one) => {
    news.push(one);
    interruption.at(one);
  });
  return news;
}

test('a run is told in batches, its compute first and its end last', async () => {
  const news = await newsOf({ pause: '40', gammas: '0.5,0.4,0.3,0.2,0.1' });
  expect(news[0]).toMatchObject({ kind: 'run-events', events: [{ kind: 'compute' }] });
  expect(news.length).toBeGreaterThan(4);
  const progress = news.flatMap((one) => (one.kind === 'run-events' && one.progress ? [one.progress] : [])).at(-1);
  expect(progress).toMatchObject({ done: 5, total: 5 });
  expect(progress?.perSecond).toBeGreaterThan(0);
  expect(news.at(-1)).toMatchObject({
    kind: 'run-ended',
    outcome: { status: 'finished', record: { scenario: 'parabola' } },
  });
});

test('a quick preview is told in one piece', async () => {
  const news = await newsOf({}, true);
  expect(news.map(({ kind }) => kind)).toEqual(['run-events', 'run-ended']);
});

test('a cancelled run keeps what it told, and a wrong one says what is wrong', async () => {
  const controller = new AbortController();
  const hasRows = (one: RunNews) => one.kind === 'run-events' && one.events.some(({ kind }) => kind === 'rows');
  const news = await newsOf({ pause: '30', gammas: '0.5,0.4,0.3,0.2,0.1' }, false, {
    signal: controller.signal,
    at: (one) => {
      if (hasRows(one)) controller.abort();
    },
  });
  expect(news.at(-1)).toEqual({ kind: 'run-ended', run: 1, outcome: { status: 'cancelled' } });
  expect(news.some(hasRows)).toBe(true);
  const [wrong] = await newsOf({ count: '0' });
  expect(wrong).toMatchObject({ outcome: { status: 'failed', message: expect.stringContaining('count') } });
});

test('an attack finds which hypotheses a claim needs', () => {
  const news: AttackNews[] = [];
  performAttack('T2', (one) => news.push(one));
  const { attack } = news.at(-1)!;
  expect(attack.status).toBe('finished');
  if (attack.status !== 'finished') return;
  expect(attack.finding.verdict).toBe('holds');
  expect(attack.finding.hypotheses?.map(({ verdict }) => verdict)).toEqual(['needed', 'needed', 'needed']);
});

test('an attack on no claim fails with words', () => {
  const news: AttackNews[] = [];
  performAttack('T99', (one) => news.push(one));
  expect(news).toMatchObject([{ kind: 'attack', claim: 'T99', attack: { status: 'failed' } }]);
});
