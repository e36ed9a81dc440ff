import type { Check } from '../../../sim/scenario/scenario.js';
import { VERDICTS } from '../../output/run-report.js';
import { readableNumber } from '../../output/text-table.js';
import {
  type AppState,
  chosenField,
  claimsOf,
  draftOf,
  type HomeItem,
  homeItems,
  openScenario,
  type WindowSize,
} from '../state/app-state.js';
import { type Field, fieldsOf } from '../state/draft.js';
import type { Run } from '../state/run.js';
import {
  column,
  fieldSpans,
  layoutOf,
  plainLine,
  pointer,
  type Span,
  type StyledLine,
  wrapped,
} from './styled-line.js';
import { sweepStateText } from './sweep-lines.js';

const NAME_CELLS = 14;

export function homeBody(state: AppState, height: number): readonly StyledLine[] {
  const width = state.window.columns;
  const lines: StyledLine[] = [];
  let cursor = 0;
  let heading = '';
  const items = homeItems(state);
  for (const [index, item] of items.entries()) {
    const group = item.kind === 'scenario' ? `Scenarios from the ${item.scenario.group}` : `Recent ${item.kind}s`;
    if (group !== heading) {
      if (heading !== '') lines.push(plainLine(''));
      lines.push(plainLine(group, 'strong'));
      heading = group;
    }
    const isChosen = index === state.home.cursor;
    if (isChosen) cursor = lines.length;
    lines.push(...itemLines(item, isChosen, width, state.unicode));
  }
  const none = `No scenario matches all of these words: ${state.home.filter.text}`;
  return visiblePart(items.length === 0 ? wrapped(none, width, state.unicode, 'caution') : lines, cursor, height);
}

const SWEEP_TONES = { complete: 'good', running: 'caution', partial: 'caution', failed: 'bad' } as const;

function itemLines(item: HomeItem, isChosen: boolean, width: number, unicode: boolean): StyledLine[] {
  const first = pointer(isChosen, unicode);
  if (item.kind === 'run') return [[first, ...runSpans(item.run, unicode)]];
  if (item.kind === 'sweep') {
    const { scenario, state, folder } = item.sweep;
    const sweep = { text: ` ${sweepStateText(item.sweep)}`, tone: SWEEP_TONES[state] };
    return [[first, { text: column(scenario, 15) }, sweep, { text: ` (${folder})`, tone: 'faint' }]];
  }
  const { id, title, summary, claims } = item.scenario;
  const line = [first, { text: column(id, 15), tone: isChosen ? 'strong' : 'plain' }, { text: ` ${title}` }] as const;
  const more = isChosen ? [summary, `claims ${claims.join(', ')}`] : [];
  return [line, ...more.flatMap((text) => wrapped(text, width, unicode, 'faint', 4))];
}

function runSpans(run: Run, unicode: boolean): StyledLine {
  const end = run.folder !== null ? ` (${run.folder})` : run.status === 'cancelled' ? ' (cancelled)' : '';
  const { scenario, settings, seed } = run.order;
  const set = Object.entries(settings).map(([name, value]) => `${name}=${value}`);
  const claims = [...new Set(run.checks.map(({ claim }) => claim))];
  return [
    { text: column(scenario, 15) },
    { text: ` ${run.compute?.engine ?? ''} ` },
    ...claims.map((claim) => verdictSign(checkOf(run, claim), unicode)),
    { text: ` ${[...set, `seed=${seed}`].join(' ')}${end}`, tone: 'faint' },
  ];
}

/** The part of a list that is seen: `height` lines with the cursor among them. */
function visiblePart(lines: readonly StyledLine[], cursor: number, height: number): readonly StyledLine[] {
  const start = Math.max(0, Math.min(cursor - Math.floor(height / 3), lines.length - height));
  return lines.slice(start, start + height);
}

export function checkOf(run: Run | null, claim: string): Check | undefined {
  return run?.checks.findLast((check) => check.claim === claim);
}

const OPEN = { sign: '·', plain: '.', word: 'not judged yet', tone: 'faint' } as const;

function verdictSign(check: Check | undefined, unicode: boolean): Span {
  const { sign, plain, tone } = check === undefined ? OPEN : VERDICTS[check.verdict];
  return { text: unicode ? sign : plain, tone };
}

export function verdictText(check: Check | undefined): Span {
  const { word, tone } = check === undefined ? OPEN : VERDICTS[check.verdict];
  const margin = check?.margin == null ? '' : `, margin ${readableNumber(check.margin, 3)}`;
  return { text: word + margin, tone };
}

function claimLines(state: AppState): readonly StyledLine[] {
  const { experiment, scenario } = openScenario(state);
  return claimsOf(scenario, experiment.shown).map((claim, index) => {
    const isHere = index === experiment.claim && experiment.focus === 'claims';
    const check = checkOf(experiment.shown, claim);
    const title = state.theorems.get(claim)?.title;
    return [
      pointer(isHere, state.unicode),
      verdictSign(check, state.unicode),
      { text: ` ${column(claim, NAME_CELLS - 2)}`, tone: isHere ? 'strong' : 'plain' },
      verdictText(check),
      { text: title === undefined ? '' : `  ${title}`, tone: 'faint' },
    ];
  });
}

function fieldLines(state: AppState): readonly StyledLine[] {
  const { experiment, scenario } = openScenario(state);
  return fieldsOf(scenario, draftOf(state, scenario.id)).map((field, index) => {
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
}

function valueSpans({ value, isSet, meta }: Field): StyledLine {
  const unit = `${meta.unit === '1' ? '' : ` ${meta.unit}`}${isSet ? ' (set)' : ''}`;
  return [
    { text: value || 'derived', tone: isSet ? 'good' : 'plain' },
    { text: unit, tone: 'faint' },
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
  const claimRoom = Math.min(claims.length, Math.max(FEWEST_CLAIMS, Math.floor(rows * 0.3)));
  // Both headings, and an empty line between the lists.
  const fieldRoom = Math.min(fields.length, rows - claimRoom - NOTE_LINES - 3);
  return [
    [
      { text: 'Parameters', tone: isOnParameters ? 'strong' : 'faint' },
      { text: `  ${experiment.field + 1} of ${fields.length}`, tone: 'faint' },
    ],
    ...visiblePart(fields, experiment.field, fieldRoom),
    ...notes,
    ...Array.from({ length: NOTE_LINES + 1 - notes.length }, () => plainLine('')),
    plainLine('Claims', isOnParameters ? 'faint' : 'strong'),
    ...visiblePart(claims, experiment.claim, claimRoom),
  ];
}

function chosenList(state: AppState, { columns, rows }: WindowSize): readonly StyledLine[] {
  const { experiment, scenario } = openScenario(state);
  const isOnParameters = experiment.focus === 'parameters';
  const heading: StyledLine = [
    { text: isOnParameters ? '[Parameters]' : ' Parameters ', tone: isOnParameters ? 'strong' : 'faint' },
    { text: isOnParameters ? ' Claims:' : '[Claims]:', tone: isOnParameters ? 'faint' : 'strong' },
    ...claimsOf(scenario, experiment.shown).flatMap((claim) => [
      { text: ` ${claim} ` },
      verdictSign(checkOf(experiment.shown, claim), state.unicode),
    ]),
  ];
  if (!isOnParameters) return [heading, ...visiblePart(claimLines(state), experiment.claim, rows - 1)];
  // An error is shown in full; the description of a parameter is cut before the list gets too short.
  const isRefused = experiment.edit?.message != null || state.notice?.tone === 'bad';
  const notes = fieldNotes(state, columns).slice(0, isRefused ? 3 : rows > 7 ? 2 : 1);
  return [heading, ...visiblePart(fieldLines(state), experiment.field, rows - 1 - notes.length), ...notes];
}
