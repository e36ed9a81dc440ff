import type { Scenario } from '../../../sim/scenario/scenario.js';
import { type AppState, type Experiment, editText, moved, type Step, stepTo, textField } from './app-state.js';
import { type Command, type Key, movementOf } from './bindings.js';
import { preview, type Run } from './run.js';
import type { SavedSweep } from './saved-sweep.js';
import { openSweep } from './saved-sweep.js';

export type HomeItem =
  | { readonly kind: 'scenario'; readonly scenario: Scenario }
  | { readonly kind: 'run'; readonly run: Run }
  | { readonly kind: 'sweep'; readonly sweep: SavedSweep };

/** The scenarios that the filter lets through, in their groups, and without a filter the recent runs and sweeps. */
export function homeItems({ scenarios, home, recent, sweeps }: AppState): readonly HomeItem[] {
  const words = home.filter.text.toLowerCase().split(/\s+/).filter(Boolean);
  const found = scenarios.filter(({ id, title, summary, claims, group }) => {
    const text = [id, title, summary, group, ...claims].join(' ').toLowerCase();
    return words.every((word) => text.includes(word));
  });
  const groups = [...new Set(scenarios.map(({ group }) => group))];
  const listed = groups
    .flatMap((group) => found.filter((scenario) => scenario.group === group))
    .map((scenario) => ({ kind: 'scenario', scenario }) as const);
  if (words.length > 0) return listed;
  return [
    ...listed,
    ...recent.map((run) => ({ kind: 'run', run }) as const),
    ...sweeps.map((sweep) => ({ kind: 'sweep', sweep }) as const),
  ];
}

export function reduceHome(state: AppState, command: Command | undefined, key: Key): Step {
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
  if (item.kind === 'run') return openRun(state, item.run);
  if (item.kind === 'sweep') return openSweep(state, item.sweep);
  const { id } = item.scenario;
  if (state.experiment?.scenario === id) return stepTo({ ...state, screen: 'scenario' });
  return preview({ ...state, screen: 'scenario', experiment: newExperiment(id, null) });
}

function openRun(state: AppState, run: Run): Step {
  const { scenario, settings, seed, engine, backend } = run.order;
  const drafts = { ...state.drafts, [scenario]: { settings, seed, engine, backend } };
  return stepTo({ ...state, screen: 'scenario', experiment: newExperiment(scenario, run), drafts });
}

function newExperiment(scenario: string, shown: Run | null): Experiment {
  const runs = { active: null, shown, pinned: null };
  return { scenario, focus: 'parameters', field: 0, claim: 0, figure: 0, edit: null, ...runs };
}
