import {
  type AppState,
  chosenField,
  claimsOf,
  contextOf,
  draftOf,
  type HomeItem,
  homeItems,
  type Overlay,
  openScenario,
} from '../state/app-state.js';
import { bindings } from '../state/bindings.js';
import { fieldsOf } from '../state/draft.js';
import { statusLine } from './frame.js';
import { checkOf, verdictText } from './lists.js';
import { explanation, overlayText, overlayTitle } from './overlay-text.js';
import type { StyledLine } from './styled-line.js';
import { sweepLines, sweepStateText } from './sweep-lines.js';

const [SPOKEN_COLUMNS, SPOKEN_ROWS] = [400, 12];

/** The screen for a screen reader: what is chosen first, words in the place of signs and of the chart. */
export function spokenLines(state: AppState): readonly string[] {
  if (state.overlay !== null) return [...overlayLines(state, state.overlay), keysLine(state)];
  const { screen } = state;
  const lines =
    screen === 'home' ? homeLines(state) : screen === 'sweep' ? sweepSentences(state) : scenarioLines(state);
  return [...lines, textOf(statusLine(state)), keysLine(state)].filter((line) => line.trim() !== '');
}

function homeLines(state: AppState): string[] {
  const { cursor, filter, isFiltering } = state.home;
  const items = homeItems(state);
  const names = items.map((item) => {
    if (item.kind === 'scenario') return item.scenario.id;
    return item.kind === 'run' ? `run of ${item.run.order.scenario}` : `sweep of ${item.sweep.scenario}`;
  });
  const item = items[cursor];
  const chosen = item === undefined ? 'No scenario matches all of these words.' : itemSentence(item);
  const place = items.length === 0 ? '' : `${cursor + 1} of ${items.length}. `;
  return [
    isFiltering ? `Filter: ${filter.text}` : 'overtrain, list of scenarios',
    `${place}${chosen}`,
    `All: ${names.join(', ')}`,
  ];
}

function itemSentence(item: HomeItem): string {
  if (item.kind === 'run') return `A recent run of ${item.run.order.scenario}.`;
  if (item.kind === 'sweep') {
    const { scenario, folder } = item.sweep;
    return `A sweep of ${scenario}: ${sweepStateText(item.sweep)}, in ${folder}.`;
  }
  const { id, title, summary, claims } = item.scenario;
  return `${id}: ${title}. ${summary} Claims ${claims.join(', ')}.`;
}

/** A table is read aloud; a map and curves are not, so what they are drawn from is. */
function sweepSentences({ sweep, unicode }: AppState): string[] {
  if (sweep === null) return [];
  const { saved, contents, choice } = sweep;
  const size = { columns: SPOKEN_COLUMNS, rows: SPOKEN_ROWS };
  const display = { colour: 'none', unicode } as const;
  const drawn = choice === null ? '' : `Drawn: ${[choice.result, choice.x, choice.panel].filter(Boolean).join(', ')}.`;
  return [
    `Sweep of ${saved.scenario} in ${saved.folder}: ${sweepStateText(saved)}.`,
    ...(contents === null ? [] : [drawn]),
    ...sweepLines({ ...sweep, view: 'table' }, size, display),
  ];
}

function scenarioLines(state: AppState): string[] {
  const { experiment, scenario } = openScenario(state);
  const line = experiment.focus === 'parameters' ? fieldLine(state) : claimLine(state);
  return [`${scenario.id}: ${scenario.title}`, line, ...explanation(state)];
}

function fieldLine(state: AppState): string {
  const { experiment, scenario } = openScenario(state);
  const { name, value, meta, isSet } = chosenField(state);
  const { edit, field } = experiment;
  const place = `Parameter ${field + 1} of ${fieldsOf(scenario, draftOf(state, scenario.id)).length}`;
  if (edit !== null) return `${place}, ${name}, typing: ${edit.field.text}. ${edit.message ?? ''}`;
  const unit = meta.unit === '1' ? '' : ` ${meta.unit}`;
  return `${place}, ${name}: ${value || 'derived from the others'}${unit}${isSet ? ', set' : ''}. ${meta.description}; ${meta.range}.`;
}

function claimLine(state: AppState): string {
  const { experiment, scenario } = openScenario(state);
  const claims = claimsOf(scenario, experiment.shown);
  const claim = claims[experiment.claim];
  if (claim === undefined) return 'No claims.';
  const title = state.theorems.get(claim)?.title ?? '';
  const verdict = verdictText(checkOf(experiment.shown, claim)).text;
  return `Claim ${experiment.claim + 1} of ${claims.length}, ${claim}: ${title}. In this run: ${verdict}.`;
}

function overlayLines(state: AppState, overlay: Overlay): string[] {
  if (overlay.kind === 'quit') return ['Quit? Something is still being computed, and would be lost.'];
  if (overlay.kind === 'save') return [`Save in the folder: ${overlay.field.text}`, overlay.message ?? ''];
  const lines = overlayText(state, overlay).slice(overlay.scroll).map(textOf);
  return [overlayTitle(state, overlay), ...lines.filter((line) => line.trim() !== '')];
}

function keysLine(state: AppState): string {
  const keys = bindings[contextOf(state)].filter(({ short }) => short !== '');
  return `Keys: ${keys.map(({ keys: [first], short }) => `${first} ${short}`).join(', ')}`;
}

function textOf(line: StyledLine): string {
  return line.map(({ text }) => text).join('');
}
