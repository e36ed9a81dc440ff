import type { Scenario } from '../../../sim/scenario/scenario.js';
import type { AppState } from './app-state.js';
import type { Run } from './run.js';
import type { SavedSweep } from './saved-sweep.js';

/** One entry of the list on the home screen. */
export type HomeItem =
  | { readonly kind: 'scenario'; readonly scenario: Scenario }
  | { readonly kind: 'run'; readonly run: Run }
  | { readonly kind: 'sweep'; readonly sweep: SavedSweep };

/** The scenarios that the filter lets through, in their groups, and without a filter the recent runs and sweeps. */
export function homeItems({ scenarios, home, recent, sweeps }: AppState): readonly HomeItem[] {
  const words = home.filter.text
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== '');
  const groups = [...new Set(scenarios.map(({ group }) => group))];
  const found = groups.flatMap((group) =>
    scenarios.filter(
      (scenario) => scenario.group === group && words.every((word) => textOf(scenario).includes(word)),
    ),
  );
  return [
    ...found.map((scenario): HomeItem => ({ kind: 'scenario', scenario })),
    ...(words.length > 0 ? [] : recent.map((run): HomeItem => ({ kind: 'run', run }))),
    ...(words.length > 0 ? [] : sweeps.map((sweep): HomeItem => ({ kind: 'sweep', sweep }))),
  ];
}

function textOf({ id, title, summary, claims, group }: Scenario): string {
  return [id, title, summary, group, ...claims].join(' ').toLowerCase();
}
