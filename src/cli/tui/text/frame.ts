import { cellWidth } from '../../output/cell-width.js';
import { durationText, percentDone, progressBar, shareDone } from '../../output/progress-line.js';
import { readableNumber } from '../../output/text-table.js';
import { type AppState, contextOf, type Experiment, homeItems, openScenario } from '../state/app-state.js';
import { bindings } from '../state/bindings.js';
import type { Run } from '../state/run.js';
import { bothEnds, fieldSpans, LEAST_WINDOW, plainLine, type StyledLine, wrapped } from './styled-line.js';
import { sweepStateText } from './sweep-lines.js';

export function footerLine(state: AppState, width: number): StyledLine {
  const items = bindings[contextOf(state)]
    .filter(({ short }) => short !== '')
    .map(({ sign, short }) => ({ sign, short, cells: cellWidth(`${sign} ${short}`) + 2 }));
  const last = items.filter(({ sign }) => sign === '?' || sign === 'q');
  let room = width - last.reduce((sum, { cells }) => sum + cells, 0);
  const first = items.filter((item) => {
    if (last.includes(item) || item.cells > room) return false;
    room -= item.cells;
    return true;
  });
  return [...first, ...last].flatMap(({ sign, short }) => [
    { text: sign, tone: 'strong' as const },
    { text: ` ${short}  `, tone: 'faint' as const },
  ]);
}

const [FEWEST_BAR_CELLS, MOST_BAR_CELLS] = [8, 40];

/** One line that says what is happening: a word to the user, the progress of a run, or what computed the run shown. */
export function statusLine({ notice, experiment, screen, unicode, window, sweep }: AppState): StyledLine {
  if (notice !== null) return plainLine(notice.text, notice.tone);
  if (screen === 'sweep' && sweep !== null) {
    const warned = sweep.contents?.warnings[0];
    return plainLine(`${sweepStateText(sweep.saved)}${warned === undefined ? '' : `; ${warned}`}`, 'faint');
  }
  if (screen === 'home' || experiment === null) return plainLine('');
  const { active } = experiment;
  // A preview that takes longer than a blink says so, too.
  const isSlow = active !== null && (!active.order.isPreview || active.progress !== null);
  if (isSlow) return runningLine(active, window.columns, unicode);
  return shownLine(experiment);
}

function runningLine({ status, progress, compute }: Run, width: number, unicode: boolean): StyledLine {
  const by = compute === null ? 'starting' : computedBy(compute);
  if (status === 'stopping') return plainLine(`stopping; what was computed is kept (${by})`, 'caution');
  if (progress === null) return plainLine(`running on ${by}`, 'caution');
  const { done, total, label, millisecondsLeft, perSecond, networkStepsPerSecond } = progress;
  const part = shareDone(done, total);
  const left = millisecondsLeft === undefined ? '' : ` ${durationText(millisecondsLeft)} left,`;
  const [speed, unit] = networkStepsPerSecond > 0 ? [networkStepsPerSecond, 'network-steps'] : [perSecond, label];
  const pace = speed === undefined ? '' : ` ${readableNumber(speed, 3)} ${unit}/s,`;
  const text = `${percentDone(part)}${left}${pace} ${by}`;
  // What is left of the line shows the progress as a length.
  const cells = Math.min(MOST_BAR_CELLS, width - cellWidth(text) - 2);
  const bar = cells < FEWEST_BAR_CELLS ? '' : `  ${progressBar(part, cells, unicode)}`;
  return [{ text, tone: 'caution' }, { text: bar }];
}

function shownLine({ shown, active }: Experiment): StyledLine {
  if (shown === null) return plainLine(active === null ? 'press r to run' : 'computing a preview', 'faint');
  const by = shown.compute === null ? shown.order.engine : computedBy(shown.compute);
  const on = shown.compute === null || shown.compute.backend === 'host' ? '' : `; ${shown.compute.device}`;
  const took = shown.record === null ? '' : `, ${readableNumber(shown.record.elapsed_ms)} ms`;
  const preview = shown.order.isPreview ? 'preview by ' : 'computed by ';
  const end = shown.status === 'cancelled' ? ', cancelled' : shown.status === 'failed' ? ', failed' : '';
  const lost = shown.diverged.length === 0 ? '' : `; ${shown.diverged.length} diverged`;
  const warned = shown.warnings.length === 0 ? '' : `; warning: ${shown.warnings[0]}`;
  return plainLine(`${preview}${by}, seed ${shown.order.seed}${took}${end}${lost}${warned}${on}`, 'faint');
}

/** Engine, backend and precision that really compute. */
function computedBy({ engine, backend, precision }: NonNullable<Run['compute']>): string {
  return backend === 'host' ? `${engine} (${precision})` : `${engine} on ${backend} (${precision})`;
}

const FILTER_CELLS = 30;

/** The first line of every screen: where the user is, and what computes. */
export function headerLine(state: AppState): StyledLine {
  const { screen, sweep, experiment, unicode, home, window } = state;
  const between = unicode ? ' › ' : ' > ';
  const program = { text: 'overtrain', tone: 'strong' } as const;
  const opened = (name: string, rest: string): StyledLine => [
    program,
    { text: `${between}${name}`, tone: 'strong' },
    { text: `  ${rest}`, tone: 'faint' },
  ];
  if (screen === 'sweep' && sweep !== null) return opened(`sweep of ${sweep.saved.scenario}`, sweep.saved.folder);
  if (screen !== 'home' && experiment !== null) {
    const { scenario } = openScenario(state);
    return opened(scenario.id, scenario.title);
  }
  const { filter, isFiltering } = home;
  const count = homeItems(state).filter(({ kind }) => kind === 'scenario').length;
  const filtering: StyledLine = isFiltering
    ? [{ text: '/' }, ...fieldSpans(filter, FILTER_CELLS, unicode)]
    : filter.text === ''
      ? [{ text: `${count} scenarios`, tone: 'faint' }]
      : [{ text: '/' }, { text: filter.text }];
  const where = [program, { text: `${between}the theory of catastrophic overtraining` }];
  return bothEnds(where, filtering, window.columns, unicode);
}

export function tooSmallLines({ window, unicode }: AppState): StyledLine[] {
  const [size, least] = [window, LEAST_WINDOW].map(({ columns, rows }) => `${columns} x ${rows}`);
  const text = `This window has ${size} cells; enlarge it to at least ${least} to continue. q quits.`;
  return wrapped(text, Math.max(1, window.columns), unicode, 'caution').slice(0, Math.max(1, window.rows - 1));
}
