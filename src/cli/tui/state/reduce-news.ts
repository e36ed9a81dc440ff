import type { RunNews } from '../worker/run-order.js';
import type { AppState, Experiment, Notice } from './app-state.js';
import type { AttackNews } from './attack.js';
import { hasRows, type Run, withEvents, withOutcome } from './run.js';

/** How many recent runs are offered. */
export const MOST_RECENT = 6;

/** What is heard of runs. News of a run that is no longer wanted changes nothing. */
export function reduceRunNews(state: AppState, news: RunNews): AppState {
  const { experiment } = state;
  const active = experiment?.active;
  if (experiment === null || active == null || active.order.run !== news.run) return state;
  if (news.kind === 'run-events') {
    const run = withEvents(active, news.events, news.progress);
    const shown = hasRows(run) ? run : experiment.shown;
    return { ...state, experiment: { ...experiment, active: run, shown } };
  }
  const run = withOutcome(active, news.outcome);
  const ended = { ...state, experiment: withEnded(experiment, run), recent: recentRuns(state.recent, run) };
  const notice = noticeOf(run, news.outcome);
  return notice === null ? ended : { ...ended, notice };
}

function withEnded(experiment: Experiment, run: Run): Experiment {
  return { ...experiment, active: null, shown: hasRows(run) || run.record !== null ? run : experiment.shown };
}

/** Previews are not kept: there would be one for every key. */
function recentRuns(recent: readonly Run[], run: Run): readonly Run[] {
  return run.order.isPreview || !hasRows(run) ? recent : [run, ...recent].slice(0, MOST_RECENT);
}

function noticeOf(run: Run, outcome: Extract<RunNews, { kind: 'run-ended' }>['outcome']): Notice | null {
  if (outcome.status === 'failed') return { tone: 'bad', text: outcome.message };
  if (outcome.status === 'finished') return null;
  const text = hasRows(run)
    ? 'cancelled; what was computed is on the screen'
    : 'cancelled before anything was computed';
  return { tone: 'faint', text };
}

/** What is heard of attacks; news of one that was stopped changes nothing. */
export function reduceAttackNews(state: AppState, news: AttackNews): AppState {
  if (state.attacks[news.claim]?.status !== 'ongoing') return state;
  const attack =
    news.kind === 'attack-progress'
      ? ({ status: 'ongoing', done: news.done, total: news.total } as const)
      : news.kind === 'attack-finished'
        ? ({ status: 'finished', finding: news.finding } as const)
        : ({ status: 'failed', message: news.message } as const);
  return { ...state, attacks: { ...state.attacks, [news.claim]: attack } };
}

/** The state with a run known to be kept in a folder. */
export function withFolder(state: AppState, run: number, folder: string): AppState {
  const kept = (one: Run): Run => (one.order.run === run ? { ...one, folder } : one);
  const { experiment } = state;
  const shown = experiment?.shown == null ? null : kept(experiment.shown);
  return {
    ...state,
    recent: state.recent.map(kept),
    experiment: experiment === null ? null : { ...experiment, shown },
  };
}
