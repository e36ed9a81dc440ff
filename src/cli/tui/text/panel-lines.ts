import { type AppState, chosenField, draftOf, openScenario, type WindowSize } from '../state/app-state.js';
import { type Field, fieldsOf } from '../state/draft.js';
import { type ListedLines, visiblePart } from './home-lines.js';
import { claimLines, claimSummary } from './overlay-text.js';
import { column, fieldSpans, layoutOf, plainLine, pointer, type StyledLine, wrapped } from './styled-line.js';

const NAME_CELLS = 14;

function fieldLines(state: AppState): ListedLines {
  const { experiment, scenario } = openScenario(state);
  const fields = fieldsOf(scenario, draftOf(state, scenario.id));
  const lines = fields.map((field, index): StyledLine => {
    const isHere = index === experiment.field && experiment.focus === 'parameters';
    const edit = isHere ? experiment.edit : null;
    return [
      pointer(isHere, state.unicode),
      { text: column(field.name, NAME_CELLS), tone: isHere ? 'strong' : 'plain' },
      ...(edit === null
        ? valueSpans(field)
        : fieldSpans(edit.field, layoutOf(state.window).panel.columns - NAME_CELLS - 2, state.unicode)),
    ];
  });
  return { lines, cursor: experiment.field };
}

function valueSpans({ value, isSet, meta }: Field): StyledLine {
  const unit = meta.unit === '1' ? '' : ` ${meta.unit}`;
  return [
    { text: value === '' ? 'derived' : value, tone: isSet ? 'good' : 'plain' },
    { text: isSet ? `${unit} (set)` : unit, tone: 'faint' },
  ];
}

/** What the chosen parameter means and allows, or what is wrong with the text being typed. */
function fieldNotes(state: AppState, width: number): StyledLine[] {
  // A refusal is often longer than the one line of the status.
  const refusal = state.notice?.tone === 'bad' ? state.notice.text : null;
  const message = state.experiment?.edit?.message ?? refusal;
  if (message !== null) return wrapped(message, width, state.unicode, 'bad');
  const { description, unit, range, default: fallback } = chosenField(state).meta;
  const what = `${description.replace(/; default: .*$/, '')}${unit === '1' ? '' : ` [${unit}]`}`;
  const text = `${what}: ${range}${fallback === undefined ? '' : `; default ${fallback}`}`;
  return wrapped(text, width, state.unicode, 'faint');
}

/** Lines kept for notes on the chosen parameter, so that nothing under them moves with the cursor. */
const NOTE_LINES = 4;

/** A panel with fewer lines shows one list at a time. */
const ROOM_FOR_BOTH = 18;

const FEWEST_CLAIMS = 3;

/** The lists of a scenario: parameters with notes on the chosen one, and claims below where there is room for both. */
export function panelLines(state: AppState): readonly StyledLine[] {
  const { panel, isWide } = layoutOf(state.window);
  return isWide && panel.rows >= ROOM_FOR_BOTH ? bothLists(state, panel) : chosenList(state, panel);
}

function bothLists(state: AppState, { columns, rows }: WindowSize): readonly StyledLine[] {
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
    ...Array.from({ length: NOTE_LINES + 1 - notes.length }, () => plainLine('')),
    plainLine('Claims', isOnParameters ? 'faint' : 'strong'),
    ...visiblePart(claims, claimRoom),
  ];
}

function chosenList(state: AppState, { columns, rows }: WindowSize): readonly StyledLine[] {
  const { experiment } = openScenario(state);
  const isOnParameters = experiment.focus === 'parameters';
  const heading: StyledLine = [
    { text: isOnParameters ? '[Parameters]' : ' Parameters ', tone: isOnParameters ? 'strong' : 'faint' },
    { text: isOnParameters ? ' Claims:' : '[Claims]:', tone: isOnParameters ? 'faint' : 'strong' },
    ...claimSummary(state),
  ];
  if (!isOnParameters) return [heading, ...visiblePart(claimLines(state), rows - 1)];
  // An error is shown in full; the description of a parameter is cut before the list gets too short.
  const isRefused = experiment.edit?.message != null || state.notice?.tone === 'bad';
  const notes = fieldNotes(state, columns).slice(0, isRefused ? 3 : rows > 7 ? 2 : 1);
  return [heading, ...visiblePart(fieldLines(state), rows - 1 - notes.length), ...notes];
}
