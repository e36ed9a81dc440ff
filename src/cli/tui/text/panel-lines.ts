import { type AppState, openScenario } from '../state/app-state.js';
import { claimLines, claimSummary } from './claim-lines.js';
import { fieldLines, fieldNotes } from './field-lines.js';
import { visiblePart } from './home-lines.js';
import { layoutOf } from './layout.js';
import { plainLine, type StyledLine } from './styled-line.js';

/** Lines kept for notes on the chosen parameter, so that nothing under them moves with the cursor. */
const NOTE_LINES = 4;

/** A panel with fewer lines shows one list at a time. */
const ROOM_FOR_BOTH = 18;

const FEWEST_CLAIMS = 3;

/** The lists of a scenario: parameters with notes on the chosen one, and claims below where there is room for both. */
export function panelLines(state: AppState): readonly StyledLine[] {
  const { panel, isWide } = layoutOf(state.window);
  return isWide && panel.rows >= ROOM_FOR_BOTH ? bothLists(state) : chosenList(state);
}

function bothLists(state: AppState): readonly StyledLine[] {
  const { columns, rows } = layoutOf(state.window).panel;
  const { experiment } = openScenario(state);
  const isOnParameters = experiment.focus === 'parameters';
  const claims = claimLines(state);
  const fields = fieldLines(state);
  const notes = fieldNotes(state, columns).slice(0, NOTE_LINES);
  const claimRoom = Math.min(claims.lines.length, Math.max(FEWEST_CLAIMS, Math.floor(rows * 0.3)));
  // Both headings, and an empty line between the lists.
  const fieldRoom = Math.min(fields.lines.length, rows - claimRoom - NOTE_LINES - 3);
  return [
    [
      { text: 'Parameters', tone: isOnParameters ? 'strong' : 'faint' },
      { text: `  ${experiment.field + 1} of ${fields.lines.length}`, tone: 'faint' },
    ],
    ...visiblePart(fields, fieldRoom),
    ...notes,
    ...Array.from({ length: NOTE_LINES - notes.length }, () => plainLine('')),
    plainLine(''),
    plainLine('Claims', isOnParameters ? 'faint' : 'strong'),
    ...visiblePart(claims, claimRoom),
  ];
}

function chosenList(state: AppState): readonly StyledLine[] {
  const { columns, rows } = layoutOf(state.window).panel;
  const { experiment } = openScenario(state);
  const isOnParameters = experiment.focus === 'parameters';
  const heading: StyledLine = [
    { text: isOnParameters ? '[Parameters]' : ' Parameters ', tone: isOnParameters ? 'strong' : 'faint' },
    { text: isOnParameters ? ' Claims:' : '[Claims]:', tone: isOnParameters ? 'faint' : 'strong' },
    ...claimSummary(state),
  ];
  if (!isOnParameters) return [heading, ...visiblePart(claimLines(state), rows - 1)];
  // What was refused is told whole; what a parameter means is cut before the list gets too short.
  const isRefused = experiment.edit?.message != null || state.notice?.tone === 'bad';
  const notes = fieldNotes(state, columns).slice(0, isRefused ? 3 : rows > 7 ? 2 : 1);
  return [heading, ...visiblePart(fieldLines(state), rows - 1 - notes.length), ...notes];
}
