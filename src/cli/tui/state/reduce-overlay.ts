import { overlayRoom, overlayText, type TextOverlay } from '../text/overlay-text.js';
import {
  type AppState,
  type Effect,
  editText,
  isBusy,
  type Overlay,
  type Step,
  say,
  stepTo,
  textField,
} from './app-state.js';
import { type Command, type Key, movementOf } from './bindings.js';

export function openOverlay(state: AppState, command: Command): Step {
  const shown = state.experiment?.shown;
  switch (command) {
    case 'help':
      return stepTo({ ...state, overlay: { kind: 'help', scroll: 0 } });
    case 'quit':
      return askToQuit(state);
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

export function openClaim(state: AppState, claim: string): Step {
  return stepTo({ ...state, overlay: { kind: 'claim', claim, scroll: 0 } });
}

export function attackClaim(state: AppState, claim: string): Step {
  const attacks = { ...state.attacks, [claim]: { status: 'ongoing', done: 0, total: 1 } as const };
  return stepTo({ ...openClaim(state, claim).state, attacks }, { kind: 'start-attack', claim });
}

/** Leaves, or asks first where something would be lost. */
function askToQuit(state: AppState): Step {
  if (!isBusy(state)) return quit(state, 0);
  const under = state.overlay?.kind === 'quit' ? state.overlay.under : state.overlay;
  return stepTo({ ...state, overlay: { kind: 'quit', under } });
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

function reduceSave(
  state: AppState,
  overlay: Extract<Overlay, { kind: 'save' }>,
  command: Command | undefined,
  key: Key,
): Step {
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
    const scroll = Math.max(0, Math.min(last, overlay.scroll + movement));
    return stepTo({ ...state, overlay: { ...overlay, scroll } });
  }
  if (command === 'attack' && overlay.kind === 'claim' && state.attacks[overlay.claim]?.status !== 'ongoing')
    return attackClaim(state, overlay.claim);
  return command === 'back' ? stepTo(...withoutAttack({ ...state, overlay: null })) : stepTo(state);
}

/** Stops the attack in progress, if there is one: nobody would see its end. */
function withoutAttack(state: AppState): [AppState, ...Effect[]] {
  const finished = Object.entries(state.attacks).filter(([, { status }]) => status !== 'ongoing');
  if (finished.length === Object.keys(state.attacks).length) return [state];
  return [{ ...state, attacks: Object.fromEntries(finished) }, { kind: 'cancel-attack' }];
}
