import { overlayRoom, overlayText } from '../text/overlay-text.js';
import {
  type AppState,
  type Effect,
  editText,
  isBusy,
  type Key,
  keyWord,
  type Overlay,
  type Step,
  stepTo,
  textField,
} from './app-state.js';
import { type Command, commandOf } from './bindings.js';
import { movementOf } from './movement.js';

/** Opens what a command of the screen asks for. */
export function openOverlay(state: AppState, command: Command): Step {
  switch (command) {
    case 'help':
      return stepTo({ ...state, overlay: { kind: 'help', scroll: 0 } });
    case 'quit':
      return askToQuit(state);
    case 'save':
      return openSave(state);
    case 'explain':
    case 'command':
      return state.experiment?.shown == null
        ? stepTo({ ...state, notice: { tone: 'faint', text: 'nothing has been computed yet; press r to run' } })
        : stepTo({ ...state, overlay: { kind: command, scroll: 0 } });
    default:
      return stepTo(state);
  }
}

function openSave(state: AppState): Step {
  const shown = state.experiment?.shown;
  if (shown?.record == null)
    return stepTo({ ...state, notice: { tone: 'faint', text: 'only a finished run can be saved' } });
  const overlay: Overlay = { kind: 'save', field: textField(''), message: null, isBusy: false };
  return stepTo({ ...state, overlay }, { kind: 'suggest-folder', scenario: shown.order.scenario });
}

/** Opens the statement and proof of a claim. */
export function openClaim(state: AppState, claim: string): Step {
  return stepTo({ ...state, overlay: { kind: 'claim', claim, scroll: 0 } });
}

/** Opens a claim and attacks it. */
export function attackClaim(state: AppState, claim: string): Step {
  const attacks = { ...state.attacks, [claim]: { status: 'ongoing', done: 0, total: 1 } as const };
  const opened = { ...state, attacks, overlay: { kind: 'claim', claim, scroll: 0 } as const };
  return stepTo(opened, { kind: 'start-attack', claim });
}

/** Leaves, or asks first where something would be lost. */
export function askToQuit(state: AppState): Step {
  if (!isBusy(state)) return quit(state, 0);
  const under = state.overlay?.kind === 'quit' ? state.overlay.under : state.overlay;
  return stepTo({ ...state, overlay: { kind: 'quit', under } });
}

/** Leaves with an exit code. */
export function quit(state: AppState, exitCode: number): Step {
  return stepTo({ ...state, exitCode }, { kind: 'quit', exitCode });
}

/** Keys while something lies over the screen. */
export function reduceOverlay(state: AppState, overlay: Overlay, key: Key): Step {
  switch (overlay.kind) {
    case 'quit':
      return reduceQuit(state, overlay, key);
    case 'save':
      return reduceSave(state, overlay, key);
    default:
      return reduceText(state, overlay, key);
  }
}

function reduceQuit(state: AppState, overlay: Extract<Overlay, { kind: 'quit' }>, key: Key): Step {
  const command = commandOf('quit', keyWord(key));
  if (command === 'yes') return quit(state, 0);
  return command === 'no' ? stepTo({ ...state, overlay: overlay.under }) : stepTo(state);
}

function reduceSave(state: AppState, overlay: Extract<Overlay, { kind: 'save' }>, key: Key): Step {
  // The files are being written: nothing can be changed about that any more.
  if (overlay.isBusy) return stepTo(state);
  const shown = state.experiment?.shown;
  switch (commandOf('save', keyWord(key))) {
    case 'back':
      return stepTo({ ...state, overlay: null });
    case 'commit':
      if (shown == null) return stepTo({ ...state, overlay: null });
      return stepTo(
        { ...state, overlay: { ...overlay, message: null, isBusy: true } },
        { kind: 'save', run: shown, folder: overlay.field.text },
      );
    default: {
      const field = editText(overlay.field, key);
      return field === undefined ? stepTo(state) : stepTo({ ...state, overlay: { ...overlay, field, message: null } });
    }
  }
}

function reduceText(state: AppState, overlay: Exclude<Overlay, { kind: 'quit' | 'save' }>, key: Key): Step {
  const command = commandOf(overlay.kind === 'claim' ? 'claim' : 'text', keyWord(key));
  const movement = movementOf(command);
  if (movement !== undefined) {
    const last = Math.max(0, overlayText(state, overlay).length - overlayRoom(state));
    const scroll = Math.max(0, Math.min(last, overlay.scroll + movement));
    return stepTo({ ...state, overlay: { ...overlay, scroll } });
  }
  if (command === 'quit') return askToQuit(state);
  if (command === 'attack' && overlay.kind === 'claim') {
    const isOngoing = state.attacks[overlay.claim]?.status === 'ongoing';
    return isOngoing ? stepTo(state) : attackClaim(state, overlay.claim);
  }
  if (command !== 'back') return stepTo(state);
  return stepTo(...withoutAttack({ ...state, overlay: null }));
}

/** Stops the attack in progress, if there is one: nobody would see its end. */
function withoutAttack(state: AppState): [AppState, ...Effect[]] {
  const finished = Object.entries(state.attacks).filter(([, { status }]) => status !== 'ongoing');
  if (finished.length === Object.keys(state.attacks).length) return [state];
  return [{ ...state, attacks: Object.fromEntries(finished) }, { kind: 'cancel-attack' }];
}
