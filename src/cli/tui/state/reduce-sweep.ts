import { layoutOf } from '../text/styled-line.js';
import { type AppState, moved, type Step, stepTo } from './app-state.js';
import { type Command, movementOf } from './bindings.js';
import {
  columnsOf,
  nextChoice,
  type OpenSweep,
  openedSweep,
  orderedRows,
  type SavedSweep,
  type SweepContents,
  slicedBy,
  viewsOf,
  withContents,
} from './saved-sweep.js';

/** Header, status and footer of the screen, heading of the table and its last line. */
const AROUND_ROWS = 5;

/** Opens a sweep; its results are read then. */
export function openSweep(state: AppState, saved: SavedSweep): Step {
  const opened: AppState = { ...state, screen: 'sweep', sweep: openedSweep(saved) };
  // Results of a sweep that is not complete are in its shards alone.
  return saved.state === 'complete' ? stepTo(opened, { kind: 'read-sweep', folder: saved.folder }) : stepTo(opened);
}

/** What was read of a sweep; it counts only as long as that sweep is open. */
export function reduceSweepRead(state: AppState, folder: string, read: SweepContents | string): AppState {
  const { sweep } = state;
  if (sweep?.saved.folder !== folder || sweep.contents !== null) return state;
  return { ...state, sweep: typeof read === 'string' ? { ...sweep, message: read } : withContents(sweep, read) };
}

/** Keys of the screen of a sweep. */
export function reduceSweep(state: AppState, command: Command | undefined): Step {
  const { sweep } = state;
  if (sweep === null || command === undefined) return stepTo(state);
  if (command === 'back') return stepTo({ ...state, screen: 'home', sweep: null });
  return stepTo({ ...state, sweep: obeyed(sweep, command, state) });
}

function obeyed(sweep: OpenSweep, command: Command, state: AppState): OpenSweep {
  const { contents, choice, view, column, order } = sweep;
  if (contents === null) return sweep;
  const movement = movementOf(command);
  if (movement !== undefined) {
    if (view !== 'table') return choice === null ? sweep : { ...sweep, choice: slicedBy(contents, choice, -movement) };
    // The last row that can stand first, so that the table ends with the window.
    const room = Math.max(1, layoutOf(state.window).height - AROUND_ROWS);
    const last = Math.max(0, orderedRows(sweep).length - room);
    return { ...sweep, row: moved(sweep.row, movement, last + 1) };
  }
  switch (command) {
    case 'figure': {
      const views = viewsOf(sweep);
      return { ...sweep, view: views[(views.indexOf(view) + 1) % views.length]! };
    }
    case 'less':
    case 'more':
      return { ...sweep, column: moved(column, command === 'more' ? 1 : -1, columnsOf(sweep).length) };
    case 'sort': {
      const sign = order?.column === column && order.sign === 1 ? -1 : 1;
      return view === 'table' ? { ...sweep, row: 0, order: { column, sign } } : sweep;
    }
    case 'result':
    case 'across':
    case 'upwards': {
      const what = ({ result: 'result', across: 'x', upwards: 'panel' } as const)[command];
      const isThere = choice !== null && (what !== 'panel' || choice.panel !== null);
      return isThere ? { ...sweep, choice: nextChoice(contents, choice, what) } : sweep;
    }
    default:
      return sweep;
  }
}
