import { exitCode } from '../../output/error-line.js';
import {
  type Action,
  type AppState,
  contextOf,
  type Effect,
  type Experiment,
  editText,
  homeItems,
  moved,
  type Notice,
  type Step,
  say,
  stepTo,
  textField,
} from './app-state.js';
import { type Command, commandOf, type Key, movementOf } from './bindings.js';
import { openOverlay, quit, reduceEdit, reduceExperiment, reduceOverlay } from './reduce-experiment.js';
import { hasRows, preview, type Run, type RunNews, type RunOutcome, withEvents } from './run.js';
import { openSweep, reduceSweep, reduceSweepRead } from './saved-sweep.js';

export const MOST_RECENT = 6;

/** What is heard of runs. News of a run that is no longer wanted changes nothing. */
function reduceRunNews(state: AppState, news: RunNews): AppState {
  const { experiment } = state;
  const active = experiment?.active;
  if (experiment === null || active == null || active.order.run !== news.run) return state;
  if (news.kind === 'run-events') {
    const run = withEvents(active, news.events, news.progress);
    return { ...state, experiment: { ...experiment, active: run, shown: hasRows(run) ? run : experiment.shown } };
  }
  const { outcome } = news;
  const run: Run = { ...active, status: outcome.status, record: outcome.status === 'finished' ? outcome.record : null };
  const shown = hasRows(run) || run.record !== null ? run : experiment.shown;
  // Previews are not kept: there would be one for every key.
  const isKept = hasRows(run) && !run.order.isPreview;
  return {
    ...state,
    experiment: { ...experiment, active: null, shown },
    recent: isKept ? [run, ...state.recent].slice(0, MOST_RECENT) : state.recent,
    notice: noticeOf(run, outcome) ?? state.notice,
  };
}

function noticeOf(run: Run, outcome: RunOutcome): Notice | null {
  if (outcome.status === 'failed') return { tone: 'bad', text: outcome.message };
  if (outcome.status === 'finished') return null;
  const end = hasRows(run) ? '; what was computed is on the screen' : ' before anything was computed';
  return { tone: 'faint', text: `cancelled${end}` };
}

function withFolder(state: AppState, run: number, folder: string): AppState {
  const kept = (one: Run): Run => (one.order.run === run ? { ...one, folder } : one);
  const { experiment } = state;
  const shown = experiment?.shown == null ? null : kept(experiment.shown);
  const recent = state.recent.map(kept);
  return { ...state, recent, experiment: experiment === null ? null : { ...experiment, shown } };
}

/** The whole behaviour of the terminal UI. Pure, so that tests can drive it; nothing else changes the state. */
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
    case 'attack':
      // News of an attack that was stopped changes nothing.
      if (state.attacks[action.claim]?.status !== 'ongoing') return stepTo(state);
      return stepTo({ ...state, attacks: { ...state.attacks, [action.claim]: action.attack } });
    default:
      return reduceSaving(state, action);
  }
}

function reduceKey(state: AppState, key: Key): Step {
  if (key.name === 'interrupt') return quit(state, exitCode.interrupted);
  const context = contextOf(state);
  const command = commandOf(context, key);
  if (command === 'help' || command === 'quit') return openOverlay(state, command);
  if (state.overlay !== null) return reduceOverlay(state, state.overlay, command, key);
  if (context === 'edit') return reduceEdit(state, command, key);
  if (context === 'sweep') return reduceSweep(state, command);
  if (context === 'home' || context === 'filter') return reduceHome(state, command, key);
  return reduceExperiment(state, command, key);
}

type SavingAction = Extract<Action, { kind: 'folder-suggested' | 'saved' | 'not-saved' }>;

/** The steps of keeping a run; they count only as long as the question for the folder is open. */
function reduceSaving(state: AppState, action: SavingAction): Step {
  const { overlay } = state;
  if (overlay?.kind !== 'save') return stepTo(state);
  if (action.kind === 'not-saved')
    return stepTo({ ...state, overlay: { ...overlay, message: action.message, isBusy: false } });
  if (action.kind === 'saved')
    return say({ ...withFolder(state, action.run, action.folder), overlay: null }, 'good', `saved in ${action.folder}`);
  // What was typed meanwhile counts more.
  if (overlay.field.text !== '') return stepTo(state);
  return stepTo({ ...state, overlay: { ...overlay, field: textField(action.folder) } });
}

function reduceHome(state: AppState, command: Command | undefined, key: Key): Step {
  const { home } = state;
  const movement = movementOf(command);
  if (movement !== undefined) return withHome(state, { cursor: moved(home.cursor, movement, homeItems(state).length) });
  switch (command) {
    case 'filter':
      return withHome(state, { isFiltering: true });
    case 'commit':
      return withHome(state, { isFiltering: false });
    case 'clear-filter':
      return withHome(state, { isFiltering: false, filter: textField(''), cursor: 0 });
    case 'open':
      return open(state);
    default: {
      const filter = home.isFiltering ? editText(home.filter, key) : undefined;
      return filter === undefined ? stepTo(state) : withHome(state, { filter, cursor: 0 });
    }
  }
}

function withHome(state: AppState, change: Partial<AppState['home']>): Step {
  return stepTo({ ...state, home: { ...state.home, ...change } });
}

function open(state: AppState): Step {
  const item = homeItems(state)[state.home.cursor];
  if (item === undefined) return stepTo(state);
  if (item.kind === 'sweep') return openSweep(state, item.sweep);
  if (item.kind === 'run') {
    const { scenario, settings, seed, engine, backend } = item.run.order;
    const drafts = { ...state.drafts, [scenario]: { settings, seed, engine, backend } };
    return stepTo({ ...state, screen: 'scenario', experiment: newExperiment(scenario, item.run), drafts });
  }
  const { id } = item.scenario;
  if (state.experiment?.scenario === id) return stepTo({ ...state, screen: 'scenario' });
  return preview({ ...state, screen: 'scenario', experiment: newExperiment(id, null) });
}

function newExperiment(scenario: string, shown: Run | null): Experiment {
  const runs = { active: null, shown, pinned: null };
  return { scenario, focus: 'parameters', field: 0, claim: 0, figure: 0, edit: null, ...runs };
}

/** Milliseconds for which a changed parameter is not drawn yet: mostly the exact engine answers within them, for one frame of both. */
const PREVIEW_PATIENCE = 25;

/** Holds the state, changes it only through the reducer, and hands on what is to be done. */
export class Store {
  private readonly listeners = new Set<() => void>();
  private waiting: NodeJS.Timeout | undefined;

  constructor(
    private current: AppState,
    private readonly perform: (effect: Effect) => void,
  ) {}

  readonly state = (): AppState => this.current;

  readonly dispatch = (action: Action): void => {
    const { state, effects } = reduce(this.current, action);
    const hasChanged = state !== this.current;
    this.current = state;
    for (const effect of effects) this.perform(effect);
    if (!hasChanged) return;
    const awaitsPreview = effects.some((effect) => effect.kind === 'start-run' && effect.order.isPreview);
    // A key that is held down must not put the drawing off for ever.
    if (awaitsPreview) this.waiting ??= setTimeout(this.notify, PREVIEW_PATIENCE);
    else this.notify();
  };

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  private readonly notify = (): void => {
    clearTimeout(this.waiting);
    this.waiting = undefined;
    for (const listener of this.listeners) listener();
  };
}
