import { withoutActive } from './active-run.js';
import { type AppState, draftOf, openScenario } from './app-state.js';
import { checkDraft } from './draft.js';
import type { Effect } from './effect.js';
import { startedRun } from './run.js';
import { type Step, stepTo } from './step.js';

/**
 * Computes what is set by the exact engine, which is fast enough to follow the keys. A preview that is still under way
 * is given up for it; a run that the user started is not.
 */
export function preview(state: AppState): Step {
  const { experiment, scenario } = openScenario(state);
  if (!scenario.engines.includes('exact') || experiment.active?.order.isPreview === false)
    return stepTo(state);
  if (!checkDraft(scenario, draftOf(state, scenario.id)).isValid) return stepTo(state);
  return order(state, true);
}

/** Starts a run with the engine and backend that are set. */
export function startRun(state: AppState): Step {
  const { experiment, scenario } = openScenario(state);
  if (experiment.active?.order.isPreview === false)
    return stepTo({ ...state, notice: { tone: 'faint', text: 'this run goes on already; esc cancels it' } });
  const verdict = checkDraft(scenario, draftOf(state, scenario.id));
  if (!verdict.isValid) return stepTo({ ...state, notice: { tone: 'bad', text: verdict.message } });
  return order(state, false);
}

function order(state: AppState, isPreview: boolean): Step {
  const { experiment, scenario } = openScenario(state);
  const draft = draftOf(state, scenario.id);
  const engine = isPreview ? ({ engine: 'exact', backend: 'auto' } as const) : {};
  const active = startedRun({ ...draft, ...engine, run: state.nextRun, scenario: scenario.id, isPreview });
  const given: Effect[] =
    experiment.active === null ? [] : [{ kind: 'cancel-run', run: experiment.active.order.run }];
  return stepTo(
    { ...state, nextRun: state.nextRun + 1, experiment: { ...withoutActive(experiment), active } },
    ...given,
    {
      kind: 'start-run',
      order: active.order,
    },
  );
}
