import { type AppState, draftOf, openScenario } from '../state/app-state.js';
import { type Field, fieldsOf } from '../state/draft.js';
import type { ListedLines } from './home-lines.js';
import { layoutOf } from './layout.js';
import { column, type StyledLine, wrapped } from './styled-line.js';
import { fieldSpans } from './text-field-spans.js';

const NAME_CELLS = 14;

/** The list of parameters: name, value and unit of each. */
export function fieldLines(state: AppState): ListedLines {
  const { experiment, scenario } = openScenario(state);
  const fields = fieldsOf(scenario, draftOf(state, scenario.id));
  const lines = fields.map((field, index): StyledLine => {
    const isChosen = index === experiment.field;
    const isHere = isChosen && experiment.focus === 'parameters';
    const pointer = isHere ? (state.unicode ? '❯ ' : '> ') : '  ';
    const edit = isHere ? experiment.edit : null;
    return [
      { text: pointer, tone: 'good' },
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
    { text: value === '' ? 'by the others' : value, tone: isSet ? 'good' : 'plain' },
    { text: isSet ? `${unit} (set)` : unit, tone: 'faint' },
  ];
}

/** What the chosen parameter means and allows, or what is wrong with the text being typed. */
export function fieldNotes(state: AppState, width: number): StyledLine[] {
  const { experiment, scenario } = openScenario(state);
  // A refusal is often longer than the one line of the status.
  const refusal = state.notice?.tone === 'bad' ? state.notice.text : null;
  const message = experiment.edit?.message ?? refusal;
  if (message != null) return wrapped(message, width, state.unicode, 'bad');
  const field = fieldsOf(scenario, draftOf(state, scenario.id))[experiment.field];
  if (field === undefined) return [];
  const unit = field.meta.unit === '1' ? '' : ` [${field.meta.unit}]`;
  const description = field.meta.description.replace(/; default: .*$/, '');
  const fallback = field.meta.default === undefined ? '' : `; default ${field.meta.default}`;
  return wrapped(`${description}${unit}: ${field.meta.range}${fallback}`, width, state.unicode, 'faint');
}
