import { isMap } from '../../../sim/scenario/figure.js';
import type { ParameterMeta } from '../../../sim/scenario/parameter.js';
import { readDecimal } from '../../../theory/invalid-input.js';
import {
  type AppState,
  chosenField,
  claimsOf,
  draftOf,
  type Experiment,
  editText,
  moved,
  openScenario,
  type Step,
  say,
  stepTo,
  type TextField,
  textField,
} from './app-state.js';
import { type Command, type Key, movementOf } from './bindings.js';
import { type Draft, type Field, fieldsOf, resetField, setField, untouchedDraft } from './draft.js';
import { attackClaim, openClaim, openOverlay } from './reduce-overlay.js';
import { hasRows, preview, startRun, withActive, withoutActive } from './run.js';

/** Rungs of a decade, about a tenth apart, with the round numbers and powers of two among them, so that a step
 * back undoes a step. */
const RUNGS = [
  1, 1.1, 1.2, 1.3, 1.45, 1.6, 1.8, 2, 2.2, 2.5, 2.8, 3, 3.2, 3.6, 4, 4.5, 5, 5.5, 6, 6.4, 7, 7.5, 8, 9,
] as const;

const GRID = /^(log|linear):([^:]+):([^:]+):([^:]+)$/;

/**
 * Texts to which an arrow may step a value, the finest step first; the first that is allowed is to be taken, so that
 * integers, which refuse fractions, take whole steps. All numbers of a list step together; of a grid `log:FROM:TO:COUNT`
 * its end steps, of a form such as `power:1` its last number, of a choice the next word.
 *
 * @param direction 1 for right or up, −1 for left or down
 */
export function steppedTexts(value: string, meta: ParameterMeta, direction: 1 | -1): readonly string[] {
  if (meta.choices !== undefined) return [nextChoice(value, meta.choices, direction)];
  const grid = GRID.exec(value.trim());
  if (grid !== null) {
    const [, form, from, to, count] = grid;
    const scale = form === 'log' ? 'log' : 'linear';
    return candidates(to!, scale, direction).map((end) => `${form}:${from}:${end}:${count}`);
  }
  const form = /^([a-z]+(?::[^:]*)*:)([^:]+)$/.exec(value.trim());
  if (form !== null) return candidates(form[2]!, 'linear', direction).map((last) => form[1] + last);
  const scale = meta.scale ?? 'linear';
  const lists = value.split(',').map((part) => candidates(part, scale, direction));
  const most = Math.max(...lists.map((list) => list.length));
  if (lists.some((list) => list.length === 0)) return [];
  return Array.from({ length: most }, (_, i) => lists.map((list) => list[Math.min(i, list.length - 1)]).join(','));
}

function nextChoice(value: string, choices: readonly string[], direction: 1 | -1): string {
  const index = choices.indexOf(value);
  return choices[(index + direction + choices.length) % choices.length] ?? value;
}

/** Fractional and whole steps of one number; none for what is no number. */
function candidates(text: string, scale: 'linear' | 'log', direction: 1 | -1): string[] {
  const value = readDecimal(text);
  if (!Number.isFinite(value)) return [];
  if (scale === 'linear') return [linearStep(value, direction), Math.round(value) + direction].map(shortText);
  // Zero has no place on a log scale: it stays where it is.
  if (value <= 0) return [text.trim()];
  const rung = nextRung(value, direction);
  const whole =
    direction > 0
      ? Math.max(Math.round(value) + 1, Math.ceil(rung))
      : Math.min(Math.round(value) - 1, Math.floor(rung));
  return [rung, whole].map(shortText);
}

/** A twentieth of the size of the number, rounded to 1, 2 or 5 times a power of ten; 0.1 from zero. */
function linearStep(value: number, direction: 1 | -1): number {
  const size = Math.abs(value);
  if (size < 1e-9) return 0.1 * direction;
  // Measured where the smaller of both ends is, so that a step back is as long as the step.
  const inner = direction * value > 0 ? size * 1.0001 : size * 0.9999;
  const step = roundStep(inner / 20);
  const next = Math.round(value / step) * step;
  return Math.abs(next - value) > step * 1e-6 && direction * (next - value) > 0 ? next : next + direction * step;
}

function roundStep(size: number): number {
  const decade = 10 ** Math.floor(Math.log10(size));
  const share = size / decade;
  return decade * (share >= 5 ? 5 : share >= 2 ? 2 : 1);
}

function nextRung(value: number, direction: 1 | -1): number {
  const decade = Math.floor(Math.log10(value) + 1e-12);
  const rungs = [decade - 1, decade, decade + 1].flatMap((power) => RUNGS.map((rung) => Number(`${rung}e${power}`)));
  const isBeyond = (rung: number) => direction * (rung - value) > value * 1e-9;
  return (direction > 0 ? rungs.find(isBeyond) : rungs.findLast(isBeyond)) ?? value;
}

/** Without the dust of binary fractions. */
function shortText(value: number): string {
  return String(Number(value.toPrecision(12)));
}

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
    return 'message' in changed
      ? stepTo(state)
      : changeDraft(withExperiment(state, { edit: null }).state, changed.draft);
  }
  const field = editText(edit.field, key);
  return field === undefined ? stepTo(state) : typing(state, field);
}

const BEGINS_NUMBER = /^[\d.-]$/;

/** Keys of the screen of a scenario, where nothing lies over it and nothing is being typed. */
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

/** Parameters are locked during a run, so that a slip of the finger cannot end an hour of computing. */
function unlessRunning(state: AppState, change: () => Step): Step {
  const isRunning = state.experiment?.active?.order.isPreview === false;
  return isRunning
    ? say(state, 'faint', 'a run is in progress; press esc to cancel it before changing parameters')
    : change();
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
  const stopping = { ...state, experiment: withActive(experiment, { ...active, status: 'stopping' }) };
  return stepTo(stopping, cancel);
}

function withExperiment(state: AppState, change: Partial<Experiment>): Step {
  const { experiment } = openScenario(state);
  return stepTo({ ...state, experiment: { ...experiment, ...change } });
}
