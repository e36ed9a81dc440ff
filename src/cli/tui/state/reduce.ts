import { exitCode } from '../../exit-code.js';
import type { Action } from './action.js';
import type { AppState } from './app-state.js';
import { commandOf } from './bindings.js';
import { contextOf } from './context.js';
import { type Key, keyWord } from './key.js';
import { reduceEdit } from './reduce-edit.js';
import { reduceExperiment } from './reduce-experiment.js';
import { reduceHome } from './reduce-home.js';
import { MOST_RECENT, reduceAttackNews, reduceRunNews, withFolder } from './reduce-news.js';
import { openOverlay, quit, reduceOverlay } from './reduce-overlay.js';
import { reduceSweep, reduceSweepRead } from './reduce-sweep.js';
import { type Step, stepTo } from './step.js';

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
