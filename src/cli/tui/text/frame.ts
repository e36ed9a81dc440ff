import { type AppState, openScenario } from '../state/app-state.js';
import { homeItems } from '../state/home-items.js';
import { claimLines, claimSummary } from './claim-lines.js';
import { fieldLines, fieldNotes } from './field-lines.js';
import { homeLines, visiblePart } from './home-lines.js';
import { layoutOf } from './layout.js';
import { bothEnds, plainLine, type StyledLine, wrapped } from './styled-line.js';
import { fieldSpans } from './text-field-spans.js';

/** The first line of every screen: where the user is, and what computes. */
export function headerLine(state: AppState): StyledLine {
  const { columns } = state.window;
  const between = state.unicode ? ' › ' : ' > ';
  if (state.screen === 'home' || state.experiment === null) {
    const count = homeItems(state).filter(({ kind }) => kind === 'scenario').length;
    const { filter, isFiltering } = state.home;
    const filtering: StyledLine =
      isFiltering || filter.text !== ''
        ? [{ text: '/' }, ...(isFiltering ? fieldSpans(filter, state.unicode) : [{ text: filter.text }])]
        : [{ text: `${count} scenarios`, tone: 'faint' }];
    return bothEnds(
      [{ text: 'overtrain', tone: 'strong' }, { text: `${between}the theory of catastrophic overtraining` }],
      filtering,
      columns,
      state.unicode,
    );
  }
  const { scenario } = openScenario(state);
  return [
    { text: 'overtrain', tone: 'strong' },
    { text: `${between}${scenario.id}`, tone: 'strong' },
    { text: `  ${scenario.title}`, tone: 'faint' },
  ];
}

/** The list of the home screen, cut to the lines that are seen. */
export function homeBody(state: AppState): readonly StyledLine[] {
  const { height } = layoutOf(state.window);
  return visiblePart(homeLines(state, state.window.columns), height - 3);
}

/** The lists of a scenario: parameters with their notes, claims below where there is room, the chosen one otherwise. */
export function panelLines(state: AppState): readonly StyledLine[] {
  const { panel, isWide } = layoutOf(state.window);
  const { experiment } = openScenario(state);
  const { columns, rows } = panel;
  const isOnParameters = experiment.focus === 'parameters';
  if (isWide) {
    const claims = claimLines(state);
    const claimRoom = Math.min(claims.lines.length, Math.max(3, Math.floor(rows * 0.3)));
    const notes = fieldNotes(state, columns).slice(0, 4);
    const fields = fieldLines(state);
    const fieldRoom = Math.max(3, Math.min(fields.lines.length, rows - claimRoom - 4 - 4));
    return [
      plainLine('Parameters', isOnParameters ? 'strong' : 'faint'),
      ...visiblePart(fields, fieldRoom),
      ...notes,
      ...Array.from({ length: 4 - notes.length }, () => plainLine('')),
      plainLine(''),
      plainLine('Claims', isOnParameters ? 'faint' : 'strong'),
      ...visiblePart(claims, claimRoom),
    ].slice(0, rows);
  }
  const heading: StyledLine = [
    { text: isOnParameters ? '[Parameters]' : ' Parameters ', tone: isOnParameters ? 'strong' : 'faint' },
    { text: isOnParameters ? ' Claims:' : '[Claims]:', tone: isOnParameters ? 'faint' : 'strong' },
    ...claimSummary(state),
  ];
  if (!isOnParameters) return [heading, ...visiblePart(claimLines(state), rows - 1)];
  const notes = fieldNotes(state, columns).slice(0, rows > 7 ? 2 : 1);
  return [heading, ...visiblePart(fieldLines(state), rows - 1 - notes.length), ...notes];
}

/** What is shown where the window is too small for anything else. */
export function tooSmallLines(
  { window, unicode }: AppState,
  least: { columns: number; rows: number },
): StyledLine[] {
  return wrapped(
    `This window has ${window.columns} x ${window.rows} cells; make it at least ${least.columns} x ${least.rows}, and everything is as it was. q quits.`,
    Math.max(1, window.columns),
    unicode,
    'caution',
  ).slice(0, Math.max(1, window.rows - 1));
}
