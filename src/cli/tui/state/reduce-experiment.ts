import { isMap } from '../../../sim/scenario/figure.js';
import { overlayRoom, overlayText, type TextOverlay } from '../text/overlay-text.js';
import {
  type AppState,
  chosenField,
  claimsOf,
  draftOf,
  type Experiment,
  editText,
  isBusy,
  moved,
  type Overlay,
  openScenario,
  type Step,
  say,
  stepTo,
  type TextField,
  textField,
} from './app-state.js';
import { type Command, type Key, movementOf } from './bindings.js';
import { type Draft, type Field, fieldsOf, resetField, setField, steppedTexts, untouchedDraft } from './draft.js';
import { hasRows, preview, startRun, withActive, withoutActive } from './run.js';

/** Begins to type the value of the chosen field, with what the command line would say to the text as it stands. */
function typing(state: AppState, field: TextField): Step {
  const { scenario } = openScenario(state);
  const changed = setField(scenario, draftOf(state, scenario.id), chosenField(state), field.text);
  return withExperiment(state, { edit: { field, message: 'message' in changed ? changed.message : null } });
}

export function reduceEdit(state: AppState, command: Command | undefined, key: Key): Step {
  const { experiment, scenario } = openScenario(state);
  const { edit } = experiment;
  if (edit === null) return stepTo(state);
  if (command === 'back') return withExperiment(state, { edit: null });
  if (command === 'commit') {
    const changed = setField(scenario, draftOf(state, scenario.id), chosenField(state), edit.field.text);
    // A wrong value stays in the field, with the reason under it.
    if ('message' in changed) return stepTo(state);
    return changeDraft(withExperiment(state, { edit: null }).state, changed.draft);
  }
  const field = editText(edit.field, key);
  return field === undefined ? stepTo(state) : typing(state, field);
}

const BEGINS_NUMBER = /^[\d.-]$/;

export function reduceExperiment(state: AppState, command: Command | undefined, key: Key): Step {
  const { experiment, scenario } = openScenario(state);
  const movement = movementOf(command);
  if (movement !== undefined) return move(state, movement);
  const field = chosenField(state);
  const claim = claimsOf(scenario, experiment.shown)[experiment.claim];
  switch (command) {
    case undefined: {
      const begins = key.name === 'character' && experiment.focus === 'parameters' && BEGINS_NUMBER.test(key.text);
      return begins && field.meta.choices === undefined
        ? unlessRunning(state, () => typing(state, textField(key.text)))
        : stepTo(state);
    }
    case 'less':
    case 'more':
      return unlessRunning(state, () => stepField(state, field, command === 'more' ? 1 : -1));
    case 'edit':
      return unlessRunning(state, () => typing(state, textField(field.value)));
    case 'reset':
      return unlessRunning(state, () => changeDraft(state, resetField(draftOf(state, scenario.id), field)));
    case 'reset-all':
      return unlessRunning(state, () => changeDraft(state, untouchedDraft));
    case 'run':
      return startRun(state);
    case 'focus':
      return withExperiment(state, { focus: experiment.focus === 'parameters' ? 'claims' : 'parameters' });
    case 'figure':
      return withExperiment(state, { figure: (experiment.figure + 1) % scenario.figures.length });
    case 'open':
    case 'attack':
      if (claim === undefined) return stepTo(state);
      return command === 'open' ? openClaim(state, claim) : attackClaim(state, claim);
    case 'compare':
      return compare(state);
    case 'back':
      return back(state);
    default:
      return openOverlay(state, command);
  }
}

/** Parameters are locked during a run, so that a slip of the finger cannot end an hour of computing. */
function unlessRunning(state: AppState, change: () => Step): Step {
  if (state.experiment?.active?.order.isPreview !== false) return change();
  return say(state, 'faint', 'a run is in progress; press esc to cancel it before changing parameters');
}

function stepField(state: AppState, field: Field, direction: 1 | -1): Step {
  const { scenario } = openScenario(state);
  const draft = draftOf(state, scenario.id);
  const texts = steppedTexts(field.value, field.meta, direction).filter((text) => text !== field.value);
  const value = field.value || 'its default';
  if (texts.length === 0)
    return say(state, 'faint', `${field.name} cannot be stepped from ${value}; press enter to edit it`);
  let refusal = '';
  for (const text of texts) {
    const changed = setField(scenario, draft, field, text);
    if ('draft' in changed) return changeDraft(state, changed.draft);
    refusal ||= changed.message;
  }
  return say(state, 'bad', refusal);
}

/** Takes a draft over and shows by the exact engine what it does. */
function changeDraft(state: AppState, draft: Draft): Step {
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
    return say(withExperiment(state, { pinned: null }).state, 'faint', 'the other run is removed');
  const figure = scenario.figures[experiment.figure];
  if (figure === undefined || isMap(figure)) return say(state, 'faint', 'two maps cannot be overlaid');
  if (experiment.shown === null || !hasRows(experiment.shown))
    return say(state, 'faint', 'there is no run to compare with yet');
  const pinned = withExperiment(state, { pinned: experiment.shown }).state;
  return say(pinned, 'good', 'this run stays under the next ones; press c to remove it');
}

/** Cancels a run in progress; otherwise leaves the screen. */
function back(state: AppState): Step {
  const { experiment } = openScenario(state);
  const { active } = experiment;
  if (active === null) return stepTo({ ...state, screen: 'home' });
  const cancel = { kind: 'cancel-run', run: active.order.run } as const;
  if (active.order.isPreview)
    return stepTo({ ...state, screen: 'home', experiment: withoutActive(experiment) }, cancel);
  if (active.status === 'stopping') return say(state, 'faint', 'the run is stopping');
  return stepTo({ ...state, experiment: withActive(experiment, { ...active, status: 'stopping' }) }, cancel);
}

function withExperiment(state: AppState, change: Partial<Experiment>): Step {
  const { experiment } = openScenario(state);
  return stepTo({ ...state, experiment: { ...experiment, ...change } });
}

/** Opens what a command of the screen asks for; it is left only after a question where something would be lost. */
export function openOverlay(state: AppState, command: Command): Step {
  const shown = state.experiment?.shown;
  switch (command) {
    case 'help':
      return stepTo({ ...state, overlay: { kind: 'help', scroll: 0 } });
    case 'quit': {
      if (!isBusy(state)) return quit(state, 0);
      const under = state.overlay?.kind === 'quit' ? state.overlay.under : state.overlay;
      return stepTo({ ...state, overlay: { kind: 'quit', under } });
    }
    case 'save': {
      if (shown?.record == null) return say(state, 'faint', 'only a finished run can be saved');
      const overlay: Overlay = { kind: 'save', field: textField(''), message: null, isBusy: false };
      return stepTo({ ...state, overlay }, { kind: 'suggest-folder', scenario: shown.order.scenario });
    }
    case 'explain':
    case 'command':
      if (shown == null) return say(state, 'faint', 'nothing has been computed yet; press r to run');
      return stepTo({ ...state, overlay: { kind: command, scroll: 0 } });
    default:
      return stepTo(state);
  }
}

function openClaim(state: AppState, claim: string): Step {
  return stepTo({ ...state, overlay: { kind: 'claim', claim, scroll: 0 } });
}

function attackClaim(state: AppState, claim: string): Step {
  const attacks = { ...state.attacks, [claim]: { status: 'ongoing', done: 0, total: 1 } as const };
  return stepTo({ ...openClaim(state, claim).state, attacks }, { kind: 'start-attack', claim });
}

export function quit(state: AppState, exitCode: number): Step {
  return stepTo({ ...state, exitCode }, { kind: 'quit', exitCode });
}

export function reduceOverlay(state: AppState, overlay: Overlay, command: Command | undefined, key: Key): Step {
  if (overlay.kind === 'save') return reduceSave(state, overlay, command, key);
  if (overlay.kind !== 'quit') return reduceText(state, overlay, command);
  if (command === 'yes') return quit(state, 0);
  return stepTo(command === 'no' ? { ...state, overlay: overlay.under } : state);
}

type SaveOverlay = Extract<Overlay, { kind: 'save' }>;

function reduceSave(state: AppState, overlay: SaveOverlay, command: Command | undefined, key: Key): Step {
  // The files are being written: nothing can be changed about that any more.
  if (overlay.isBusy) return stepTo(state);
  const run = state.experiment?.shown;
  if (command === 'back' || (command === 'commit' && run == null)) return stepTo({ ...state, overlay: null });
  if (command === 'commit') {
    const busy = { ...overlay, message: null, isBusy: true };
    return stepTo({ ...state, overlay: busy }, { kind: 'save', run: run!, folder: overlay.field.text });
  }
  const field = editText(overlay.field, key);
  return stepTo(field === undefined ? state : { ...state, overlay: { ...overlay, field, message: null } });
}

function reduceText(state: AppState, overlay: TextOverlay, command: Command | undefined): Step {
  const movement = movementOf(command);
  if (movement !== undefined) {
    const last = Math.max(0, overlayText(state, overlay).length - overlayRoom(state));
    return stepTo({ ...state, overlay: { ...overlay, scroll: moved(overlay.scroll, movement, last + 1) } });
  }
  if (command === 'attack' && overlay.kind === 'claim' && state.attacks[overlay.claim]?.status !== 'ongoing')
    return attackClaim(state, overlay.claim);
  if (command !== 'back') return stepTo(state);
  const closed = { ...state, overlay: null };
  const finished = Object.entries(state.attacks).filter(([, { status }]) => status !== 'ongoing');
  if (finished.length === Object.keys(state.attacks).length) return stepTo(closed);
  // Nobody would see the end of an attack in progress.
  return stepTo({ ...closed, attacks: Object.fromEntries(finished) }, { kind: 'cancel-attack' });
}
