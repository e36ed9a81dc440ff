import { type AppState, openScenario } from '../state/app-state.js';
import { homeItems } from '../state/home-items.js';
import { homeLines, visiblePart } from './home-lines.js';
import { layoutOf } from './layout.js';
import { bothEnds, type StyledLine, wrapped } from './styled-line.js';
import { fieldSpans } from './text-field-spans.js';

const FILTER_CELLS = 30;

/** The first line of every screen: where the user is, and what computes. */
export function headerLine(state: AppState): StyledLine {
  const { columns } = state.window;
  const between = state.unicode ? ' › ' : ' > ';
  if (state.screen === 'sweep' && state.sweep !== null) {
    const { saved } = state.sweep;
    return [
      { text: 'overtrain', tone: 'strong' },
      { text: `${between}sweep of ${saved.scenario}`, tone: 'strong' },
      { text: `  ${saved.folder}`, tone: 'faint' },
    ];
  }
  if (state.screen === 'home' || state.experiment === null) {
    const count = homeItems(state).filter(({ kind }) => kind === 'scenario').length;
    const { filter, isFiltering } = state.home;
    const filtering: StyledLine =
      isFiltering || filter.text !== ''
        ? [
            { text: '/' },
            ...(isFiltering ? fieldSpans(filter, FILTER_CELLS, state.unicode) : [{ text: filter.text }]),
          ]
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
