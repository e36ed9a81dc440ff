import { slicePlaces } from '../../../../src/cli/sweep-figures/sweep-choice.js';
import {
  type AppState,
  claimsOf,
  draftOf,
  homeItems,
  type TextField,
} from '../../../../src/cli/tui/state/app-state.js';
import { checkDraft, fieldsOf } from '../../../../src/cli/tui/state/draft.js';
import type { Run } from '../../../../src/cli/tui/state/run.js';
import { columnsOf, orderedRows, rowsOfSweep, viewsOf } from '../../../../src/cli/tui/state/saved-sweep.js';

export function isOngoing({ status }: Run): boolean {
  return status === 'running' || status === 'stopping';
}

/** What is wrong with a state that no sequence of actions may lead to; empty where nothing is. */
export function impossibilities(state: AppState): string[] {
  const { experiment, overlay, home, attacks, scenarios } = state;
  const wrong: string[] = [];
  const must = (holds: boolean, what: string) => {
    if (!holds) wrong.push(what);
  };
  const isPosition = (position: number, count: number) =>
    Number.isInteger(position) && position >= 0 && (position < count || (count === 0 && position === 0));
  const isField = ({ text, cursor }: TextField) => cursor >= 0 && cursor <= text.length;

  must(isPosition(home.cursor, homeItems(state).length), 'the cursor of the home screen is on one of its entries');
  must((state.screen === 'sweep') === (state.sweep !== null), 'a sweep is open where one is shown');
  if (state.sweep !== null) {
    const { contents, message, view, choice, row, column, order } = state.sweep;
    must(contents === null || message === null, 'a sweep has results or a reason why not');
    must(viewsOf(state.sweep).includes(view), 'a sweep is looked at in a way that it has');
    must(isPosition(column, columnsOf(state.sweep).length), 'a column of the table is chosen');
    must(isPosition(row, orderedRows(state.sweep).length), 'the table begins with one of its rows');
    must(order === null || isPosition(order.column, columnsOf(state.sweep).length), 'a column has the order');
    if (contents !== null && choice !== null) {
      const { axes, results } = rowsOfSweep(contents);
      const has = (name: string | null) => name === null || axes.some((axis) => axis.column === name);
      must(
        results.some(({ name }) => name === choice.result),
        'a result is drawn that there is',
      );
      must(has(choice.x) && has(choice.panel), 'results are drawn along axes that there are');
      must(choice.x !== choice.panel, 'an axis is drawn once');
      for (const [name, place] of Object.entries(choice.slices)) {
        const axis = axes.find((one) => one.column === name);
        must(axis !== undefined, 'an axis is cut that there is');
        must(
          place === null || (axis !== undefined && isPosition(place, slicePlaces(axis).levels.length)),
          'where it has a place',
        );
      }
    }
  }
  must(isField(home.filter), 'the cursor of the filter is in its text');
  must(state.screen !== 'scenario' || experiment !== null, 'the screen of a scenario shows a scenario');
  for (const [id, draft] of Object.entries(state.drafts)) {
    const scenario = scenarios.find((candidate) => candidate.id === id);
    must(scenario !== undefined && 'parameters' in checkDraft(scenario, draft), `what is set for ${id} can be run`);
  }
  if (experiment !== null) {
    const scenario = scenarios.find(({ id }) => id === experiment.scenario)!;
    const { active, shown, pinned, edit } = experiment;
    must(isPosition(experiment.field, fieldsOf(scenario, draftOf(state, scenario.id)).length), 'a parameter is chosen');
    must(isPosition(experiment.claim, claimsOf(scenario, shown).length), 'a claim is chosen');
    must(isPosition(experiment.figure, scenario.figures.length), 'a figure is shown');
    must(active === null || isOngoing(active), 'the active run is going on');
    must(active === null || active.order.run < state.nextRun, 'numbers of runs are given once');
    must(active === null || state.screen === 'scenario', 'nothing runs unseen');
    must(edit === null || (isField(edit.field) && experiment.focus === 'parameters'), 'what is typed is a parameter');
    must(edit === null || active === null || active.order.isPreview, 'no parameter is typed while a run goes on');
    must(pinned === null || pinned.order.scenario === scenario.id, 'runs of one scenario are compared');
    must(shown === null || shown.order.scenario === scenario.id, 'the run shown is one of the scenario');
    must(shown === null || shown === active || !isOngoing(shown), 'a run shown that goes on is the active one');
    for (const run of [shown, pinned])
      must(
        (run?.record !== null) === (run?.status === 'finished' || run === null),
        'exactly finished runs have a record',
      );
  }
  const under = overlay?.kind === 'quit' ? overlay.under : overlay;
  if (under?.kind === 'save') {
    must(isField(under.field), 'the cursor is in the name of the folder');
    must(experiment?.shown?.record != null, 'only finished runs are saved');
  }
  if (under !== null && 'scroll' in under) must(under.scroll >= 0, 'a text is not scrolled above its beginning');
  if (under?.kind === 'explain' || under?.kind === 'command')
    must(experiment?.shown != null && state.screen === 'scenario', 'a run is explained where there is one');
  const ongoing = Object.entries(attacks).filter(([, { status }]) => status === 'ongoing');
  must(ongoing.length <= 1, 'at most one claim is attacked');
  for (const [claim] of ongoing)
    must(under?.kind === 'claim' && under.claim === claim, 'the claim under attack is on the screen');
  must(
    state.recent.every((run) => !isOngoing(run)),
    'recent runs have ended',
  );
  return wrong;
}
