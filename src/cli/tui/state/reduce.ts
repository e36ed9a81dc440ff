import { exitCode } from '../../output/error-line.js';
import type { RunNews } from '../worker/run-order.js';
import {
  type Action,
  type AppState,
  type AttackNews,
  contextOf,
  type Experiment,
  type Key,
  keyWord,
  type Notice,
  type Step,
  stepTo,
} from './app-state.js';
import { commandOf } from './bindings.js';
import { reduceEdit, reduceExperiment } from './reduce-experiment.js';
import { reduceHome } from './reduce-home.js';
import { openOverlay, quit, reduceOverlay } from './reduce-overlay.js';
import { reduceSweep, reduceSweepRead } from './reduce-sweep.js';
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

/**
 * The whole behaviour of the terminal UI: what an action makes of the state, and what is to be done for it. Pure, so that
 * tests can drive it through any sequence of keys; nothing else changes the state.
 */
export function reduce(state: AppState, action: Action): Step {
  // Whoever has left wants to hear nothing more.
  if (state.exitCode !== null) return stepTo(state);
  switch (action.kind) {
    case 'key':
      return reduceKey({ ...state, notice: null }, action.key);
    case 'resized':
      return stepTo({ ...state, window: action.window });
    case 'theorems-read':
      return stepTo({ ...state, theorems: action.theorems });
    case 'saved-runs-read':
      return stepTo({ ...state, recent: [...state.recent, ...action.runs].slice(0, MOST_RECENT) });
    case 'saved-sweeps-read':
      return stepTo({ ...state, sweeps: action.sweeps });
    case 'sweep-read':
      return stepTo(reduceSweepRead(state, action.folder, action.read));
    case 'run-events':
    case 'run-ended':
      return stepTo(reduceRunNews(state, action));
    case 'attack-progress':
    case 'attack-finished':
    case 'attack-failed':
      return stepTo(reduceAttackNews(state, action));
    default:
      return stepTo(reduceSaving(state, action));
  }
}

function reduceKey(state: AppState, key: Key): Step {
  if (key.name === 'interrupt') return quit(state, exitCode.interrupted);
  if (state.overlay !== null) return reduceOverlay(state, state.overlay, key);
  const context = contextOf(state);
  if (context === 'edit') return reduceEdit(state, key);
  if (context === 'sweep') return reduceSweep(state, key);
  if (context !== 'home' && context !== 'filter') return reduceExperiment(state, key);
  const command = commandOf(context, keyWord(key));
  return command === 'help' || command === 'quit' ? openOverlay(state, command) : reduceHome(state, key);
}

/** The steps of keeping a run; they count only as long as the question for the folder is open. */
function reduceSaving(
  state: AppState,
  action: Extract<Action, { kind: 'folder-suggested' | 'saved' | 'not-saved' }>,
): AppState {
  const { overlay } = state;
  if (overlay?.kind !== 'save') return state;
  switch (action.kind) {
    case 'folder-suggested': {
      const isUntouched = overlay.field.text === '';
      const field = { text: action.folder, cursor: action.folder.length };
      return isUntouched ? { ...state, overlay: { ...overlay, field } } : state;
    }
    case 'saved':
      return {
        ...withFolder(state, action.run, action.folder),
        overlay: null,
        notice: { tone: 'good', text: `saved in ${action.folder}` },
      };
    case 'not-saved':
      return { ...state, overlay: { ...overlay, message: action.message, isBusy: false } };
  }
}
