import { type AppState, draftOf, type Experiment } from './app-state.js';
import { commandOf } from './bindings.js';
import { homeItems } from './home-items.js';
import { type Key, keyWord } from './key.js';
import { movementOf } from './movement.js';
import { preview } from './order-run.js';
import { openSweep } from './reduce-sweep.js';
import type { Run } from './run.js';
import { moved, type Step, stepTo } from './step.js';
import { editText, textField } from './text-field.js';

/** Keys of the home screen. */
export function reduceHome(state: AppState, key: Key): Step {
  const { home } = state;
  const command = commandOf(home.isFiltering ? 'filter' : 'home', keyWord(key));
  const movement = movementOf(command);
  if (movement !== undefined)
    return withHome(state, { cursor: moved(home.cursor, movement, homeItems(state).length) });
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
  if (item.kind === 'run') return openRun(state, item.run);
  if (item.kind === 'sweep') return openSweep(state, item.sweep);
  const { id } = item.scenario;
  if (state.experiment?.scenario === id) return stepTo({ ...state, screen: 'scenario' });
  return preview({ ...state, screen: 'scenario', experiment: newExperiment(id, null) });
}

/** Opens a recent run as it was left, with its parameters. */
function openRun(state: AppState, run: Run): Step {
  const { scenario, settings, seed, engine, backend } = run.order;
  return stepTo({
    ...state,
    screen: 'scenario',
    experiment: newExperiment(scenario, run),
    drafts: { ...state.drafts, [scenario]: { ...draftOf(state, scenario), settings, seed, engine, backend } },
  });
}

function newExperiment(scenario: string, shown: Run | null): Experiment {
  return {
    scenario,
    focus: 'parameters',
    field: 0,
    claim: 0,
    figure: 0,
    edit: null,
    active: null,
    shown,
    pinned: null,
  };
}
