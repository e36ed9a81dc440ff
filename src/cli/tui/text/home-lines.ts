import type { AppState } from '../state/app-state.js';
import { type HomeItem, homeItems } from '../state/reduce.js';
import type { Run } from '../state/run.js';
import type { SavedSweep } from '../state/saved-sweep.js';
import { checkOf, verdictSign } from './overlay-text.js';
import { column, plainLine, pointer, type StyledLine, wrapped } from './styled-line.js';
import { sweepStateText } from './sweep-lines.js';

/** The list of the home screen, and which of its lines the cursor is on. */
export interface ListedLines {
  readonly lines: readonly StyledLine[];
  readonly cursor: number;
}

/** Scenarios in their groups, each with its claims, and the recent runs. */
function homeLines(state: AppState, width: number): ListedLines {
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
  return { lines: items.length === 0 ? wrapped(none, width, state.unicode, 'caution') : lines, cursor };
}

function itemLines(item: HomeItem, isChosen: boolean, width: number, unicode: boolean): StyledLine[] {
  const first = pointer(isChosen, unicode);
  if (item.kind === 'run') return [[first, ...runSpans(item.run, unicode)]];
  if (item.kind === 'sweep') return [[first, ...sweepSpans(item.sweep)]];
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

function sweepSpans(sweep: SavedSweep): StyledLine {
  const tones = { complete: 'good', running: 'caution', partial: 'caution', failed: 'bad' } as const;
  return [
    { text: column(sweep.scenario, 15) },
    { text: ` ${sweepStateText(sweep)}`, tone: tones[sweep.state] },
    { text: ` (${sweep.folder})`, tone: 'faint' },
  ];
}

/** The part of a list that is seen: `height` lines with the cursor among them. */
export function visiblePart({ lines, cursor }: ListedLines, height: number): readonly StyledLine[] {
  const start = Math.max(0, Math.min(cursor - Math.floor(height / 3), lines.length - height));
  return lines.slice(start, start + height);
}

/** The list of the home screen, cut to the lines that are seen. */
export function homeBody(state: AppState, height: number): readonly StyledLine[] {
  return visiblePart(homeLines(state, state.window.columns), height);
}
