import { isMap } from '../../../sim/scenario/figure.js';
import { withActive, withoutActive } from './active-run.js';
import { type AppState, claimsOf, draftOf, type Experiment, type Notice, openScenario } from './app-state.js';
import { type Command, commandOf } from './bindings.js';
import { type Field, fieldsOf, resetField, setField, untouchedDraft } from './draft.js';
import { type Key, keyWord } from './key.js';
import { movementOf } from './movement.js';
import { preview, startRun } from './order-run.js';
import { beginEdit } from './reduce-edit.js';
import { attackClaim, openClaim, openOverlay } from './reduce-overlay.js';
import { hasRows } from './run.js';
import { moved, type Step, stepTo } from './step.js';
import { steppedTexts } from './step-value.js';
import { textField } from './text-field.js';

const BEGINS_NUMBER = /^[\d.-]$/;

/** Keys of the screen of a scenario, where nothing lies over it and nothing is being typed. */
export function reduceExperiment(state: AppState, key: Key): Step {
  const { experiment, scenario } = openScenario(state);
  const command = commandOf(experiment.focus, keyWord(key));
  const movement = movementOf(command);
  if (movement !== undefined) return move(state, movement);
  const field = fieldsOf(scenario, draftOf(state, scenario.id))[experiment.field];
  if (command === undefined) {
    const begins =
      key.name === 'character' && experiment.focus === 'parameters' && BEGINS_NUMBER.test(key.text);
    return begins && field !== undefined && field.meta.choices === undefined
      ? unlessRunning(state, () => beginEdit(state, textField(key.text)))
      : stepTo(state);
  }
  return obey(state, command, field);
}

function obey(state: AppState, command: Command, field: Field | undefined): Step {
  const { experiment, scenario } = openScenario(state);
  const claim = claimsOf(scenario, experiment.shown)[experiment.claim];
  switch (command) {
    case 'less':
    case 'more':
      return field === undefined
        ? stepTo(state)
        : unlessRunning(state, () => stepField(state, field, command === 'more' ? 1 : -1));
    case 'edit':
      return field === undefined
        ? stepTo(state)
        : unlessRunning(state, () => beginEdit(state, textField(field.value)));
    case 'reset':
      return field === undefined
        ? stepTo(state)
        : unlessRunning(state, () => changeDraft(state, resetField(draftOf(state, scenario.id), field)));
    case 'reset-all':
      return unlessRunning(state, () => changeDraft(state, untouchedDraft));
    case 'run':
      return startRun(state);
    case 'focus':
      return withExperiment(state, { focus: experiment.focus === 'parameters' ? 'claims' : 'parameters' });
    case 'figure':
      return withExperiment(state, { figure: (experiment.figure + 1) % scenario.figures.length });
    case 'open':
      return claim === undefined ? stepTo(state) : openClaim(state, claim);
    case 'attack':
      return claim === undefined ? stepTo(state) : attackClaim(state, claim);
    case 'compare':
      return compare(state);
    case 'back':
      return back(state);
    default:
      return openOverlay(state, command);
  }
}

/** Parameters stay as they are while a run goes on, so that a slip of a finger cannot end an hour of computing. */
function unlessRunning(state: AppState, change: () => Step): Step {
  const isRunning = state.experiment?.active?.order.isPreview === false;
  return isRunning
    ? say(state, 'faint', 'a run goes on; esc cancels it, then parameters can be changed')
    : change();
}

function stepField(state: AppState, field: Field, direction: 1 | -1): Step {
  const { scenario } = openScenario(state);
  const draft = draftOf(state, scenario.id);
  const texts = steppedTexts(field.value, field.meta, direction).filter((text) => text !== field.value);
  if (texts.length === 0)
    return say(
      state,
      'faint',
      `${field.name} has no steps from ${field.value || 'its default'}; enter edits it`,
    );
  let refusal = '';
  for (const text of texts) {
    const changed = setField(scenario, draft, field, text);
    if ('draft' in changed) return changeDraft(state, changed.draft);
    refusal ||= changed.message;
  }
  return say(state, 'bad', refusal);
}

/** Takes a draft over and shows by the exact engine what it does. */
export function changeDraft(state: AppState, draft: AppState['drafts'][string]): Step {
  const { scenario } = openScenario(state);
  return preview({ ...state, drafts: { ...state.drafts, [scenario.id]: draft } });
}

function move(state: AppState, by: number): Step {
  const { experiment, scenario } = openScenario(state);
  if (experiment.focus === 'claims') {
    const count = claimsOf(scenario, experiment.shown).length;
    return withExperiment(state, { claim: moved(experiment.claim, by, count) });
  }
  const count = fieldsOf(scenario, draftOf(state, scenario.id)).length;
  return withExperiment(state, { field: moved(experiment.field, by, count) });
}

function compare(state: AppState): Step {
  const { experiment, scenario } = openScenario(state);
  if (experiment.pinned !== null)
    return say(withExperiment(state, { pinned: null }).state, 'faint', 'the other run is taken away');
  const figure = scenario.figures[experiment.figure];
  if (figure === undefined || isMap(figure))
    return say(state, 'faint', 'two maps cannot lie over each other');
  if (experiment.shown === null || !hasRows(experiment.shown))
    return say(state, 'faint', 'there is no run to compare with yet');
  const pinned = withExperiment(state, { pinned: experiment.shown }).state;
  return say(pinned, 'good', 'this run stays under the next ones; c takes it away');
}

/** Cancels a run that goes on; otherwise leaves the screen. */
function back(state: AppState): Step {
  const { experiment } = openScenario(state);
  const { active } = experiment;
  if (active === null) return stepTo({ ...state, screen: 'home' });
  const cancel = { kind: 'cancel-run', run: active.order.run } as const;
  if (active.order.isPreview)
    return stepTo({ ...state, screen: 'home', experiment: withoutActive(experiment) }, cancel);
  if (active.status === 'stopping') return say(state, 'faint', 'the run is stopping');
  const stopping = { ...state, experiment: withActive(experiment, { ...active, status: 'stopping' }) };
  return stepTo(stopping, cancel);
}

function withExperiment(state: AppState, change: Partial<Experiment>): Step {
  const { experiment } = openScenario(state);
  return stepTo({ ...state, experiment: { ...experiment, ...change } });
}

function say(state: AppState, tone: Notice['tone'], text: string): Step {
  return stepTo({ ...state, notice: { tone, text } });
}
