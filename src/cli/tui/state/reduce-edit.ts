import { type AppState, draftOf, openScenario } from './app-state.js';
import { commandOf } from './bindings.js';
import { fieldsOf, setField } from './draft.js';
import { type Key, keyWord } from './key.js';
import { preview } from './order-run.js';
import { type Step, stepTo } from './step.js';
import { editText, type TextField } from './text-field.js';

/** Begins to type the value of the chosen field. */
export function beginEdit(state: AppState, field: TextField): Step {
  const { experiment } = openScenario(state);
  return stepTo({
    ...state,
    experiment: { ...experiment, edit: { field, message: messageOn(state, field) } },
  });
}

/** Keys while a value is being typed. */
export function reduceEdit(state: AppState, key: Key): Step {
  const { experiment, scenario } = openScenario(state);
  const { edit } = experiment;
  if (edit === null) return stepTo(state);
  const left = { ...state, experiment: { ...experiment, edit: null } };
  switch (commandOf('edit', keyWord(key))) {
    case 'back':
      return stepTo(left);
    case 'commit': {
      const draft = draftOf(state, scenario.id);
      const chosen = fieldsOf(scenario, draft)[experiment.field];
      if (chosen === undefined) return stepTo(left);
      const changed = setField(scenario, draft, chosen, edit.field.text);
      // A wrong value stays in the field, with the reason under it.
      if ('message' in changed) return stepTo(state);
      return preview({ ...left, drafts: { ...left.drafts, [scenario.id]: changed.draft } });
    }
    default: {
      const field = editText(edit.field, key);
      return field === undefined ? stepTo(state) : beginEdit(state, field);
    }
  }
}

/** What the command line would say to the text as it stands. */
function messageOn(state: AppState, { text }: TextField): string | null {
  const { experiment, scenario } = openScenario(state);
  const draft = draftOf(state, scenario.id);
  const chosen = fieldsOf(scenario, draft)[experiment.field];
  if (chosen === undefined) return null;
  const changed = setField(scenario, draft, chosen, text);
  return 'message' in changed ? changed.message : null;
}
