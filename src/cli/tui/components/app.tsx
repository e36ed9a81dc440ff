import { Box, Text } from 'ink';
import { memo, type ReactElement } from 'react';
import { type AppState, type Overlay, openScenario, type WindowSize } from '../state/app-state.js';
import { type ChartSource, chartLines } from '../text/chart-lines.js';
import { footerLine, headerLine, homeBody, statusLine, tooSmallLines } from '../text/frame.js';
import { overlayRoom, overlayText, overlayTitle } from '../text/overlay-text.js';
import { panelLines } from '../text/panel-lines.js';
import {
  bothEnds,
  type Display,
  fieldSpans,
  LEAST_WINDOW,
  layoutOf,
  paintLine,
  plainLine,
  type StyledLine,
  wrapped,
} from '../text/styled-line.js';
import { sweepLines } from '../text/sweep-lines.js';

interface LinesProps {
  readonly lines: readonly StyledLine[];
  /** Cells of a line; what is longer is cut. */
  readonly width: number;
  readonly display: Display;
  /** Lines in all, if the rest is to be filled up with empty ones. */
  readonly height?: number;
}

/** Lines of text, one under the other. */
export function Lines({ lines, width, display, height = lines.length }: LinesProps): ReactElement {
  const painted = lines.slice(0, height).map((line) => paintLine(line, width, display));
  return <PaintedLines lines={painted} height={height} />;
}

interface PaintedLinesProps {
  /** Lines that have their colours and fit. */
  readonly lines: readonly string[];
  readonly height: number;
}

/** Lines that are painted already, such as those of a chart. */
export function PaintedLines({ lines, height }: PaintedLinesProps): ReactElement {
  // An empty line would take no room, hence the blank.
  const filled = Array.from({ length: height }, (_, index) => lines[index] || ' ');
  return <Text>{filled.join('\n')}</Text>;
}

interface ChartProps extends ChartSource, Display {
  readonly columns: WindowSize['columns'];
  readonly rows: WindowSize['rows'];
}

/** The chart of a run; redrawn only when the run, the figure or the space changes, not with every key. */
export const Chart = memo(function Chart({ columns, rows, colour, unicode, ...source }: ChartProps): ReactElement {
  const lines = chartLines(source, { columns, rows }, { colour, unicode });
  return (
    <Box width={columns} flexShrink={0}>
      <PaintedLines lines={lines} height={rows} />
    </Box>
  );
});

interface OverlayScreenProps {
  readonly state: AppState;
  readonly overlay: Overlay;
  readonly display: Display;
}

/** What lies over a screen: a text to read, or a question. */
export function OverlayScreen({ state, overlay, display }: OverlayScreenProps): ReactElement {
  const { columns } = state.window;
  const height = layoutOf(state.window).height - 1;
  return <Lines lines={overlayLines(state, overlay)} width={columns} height={height} display={display} />;
}

function overlayLines(state: AppState, overlay: Overlay): StyledLine[] {
  const { columns } = state.window;
  if (overlay.kind === 'quit')
    return [
      plainLine('Quit?', 'strong'),
      plainLine(''),
      ...wrapped('Something is still being computed, and would be lost. y quits, n stays.', columns, state.unicode),
    ];
  if (overlay.kind === 'save')
    return [
      plainLine('Save this run', 'strong'),
      plainLine(''),
      ...wrapped('run.json and every table as CSV, in a new or empty folder:', columns, state.unicode),
      plainLine(''),
      [{ text: '  ' }, ...fieldSpans(overlay.field, columns - 2, state.unicode)],
      plainLine(''),
      ...(overlay.isBusy ? [plainLine('writing …', 'faint')] : []),
      ...(overlay.message === null ? [] : wrapped(overlay.message, columns, state.unicode, 'bad')),
    ];
  const lines = overlayText(state, overlay);
  const room = overlayRoom(state);
  const start = Math.min(overlay.scroll, Math.max(0, lines.length - room));
  const place = lines.length <= room ? '' : `${start + 1}-${Math.min(lines.length, start + room)} of ${lines.length}`;
  return [
    bothEnds(plainLine(overlayTitle(state, overlay), 'strong'), plainLine(place, 'faint'), columns, state.unicode),
    plainLine(''),
    ...lines.slice(start, start + room),
  ];
}

interface ScenarioScreenProps {
  readonly state: AppState;
  readonly display: Display;
}

/** The screen of a scenario: chart, parameters and claims. */
export function ScenarioScreen({ state, display }: ScenarioScreenProps): ReactElement {
  const { experiment, scenario } = openScenario(state);
  const { chart, panel, isWide } = layoutOf(state.window);
  const { figure, shown, pinned } = experiment;
  const drawing = <Chart {...chart} {...display} scenario={scenario} figure={figure} shown={shown} pinned={pinned} />;
  const lists = (
    <Box width={panel.columns} flexShrink={0}>
      <Lines lines={panelLines(state)} width={panel.columns} height={panel.rows} display={display} />
    </Box>
  );
  if (!isWide)
    return (
      <Box flexDirection="column">
        {drawing}
        {lists}
      </Box>
    );
  return (
    <Box flexDirection="row" columnGap={2}>
      {lists}
      {drawing}
    </Box>
  );
}

interface SweepScreenProps {
  readonly state: AppState;
  readonly display: Display;
}

/** The screen of a sweep. */
export function SweepScreen({ state, display }: SweepScreenProps): ReactElement | null {
  if (state.sweep === null) return null;
  const rows = layoutOf(state.window).height - 3;
  const lines = sweepLines(state.sweep, { columns: state.window.columns, rows }, display);
  return <PaintedLines lines={lines} height={rows} />;
}

interface AppProps {
  readonly state: AppState;
  readonly display: Display;
}

/** A frame of the application. Only draws: what is on the screen follows from the state alone. */
export function App({ state, display }: AppProps): ReactElement {
  const { columns } = state.window;
  const { height, isTooSmall } = layoutOf(state.window);
  if (isTooSmall) return <Lines lines={tooSmallLines(state, LEAST_WINDOW)} width={columns} display={display} />;
  return (
    <Box flexDirection="column" width={columns} height={height}>
      <Body state={state} display={display} />
      <Lines lines={[footerLine(state, columns)]} width={columns} display={display} />
    </Box>
  );
}

function Body({ state, display }: AppProps): ReactElement {
  const { columns } = state.window;
  if (state.overlay !== null) return <OverlayScreen state={state} overlay={state.overlay} display={display} />;
  if (state.screen === 'sweep')
    return (
      <Box flexDirection="column">
        <Lines lines={[headerLine(state)]} width={columns} display={display} />
        <SweepScreen state={state} display={display} />
        <Lines lines={[statusLine(state)]} width={columns} display={display} />
      </Box>
    );
  const isHome = state.screen === 'home' || state.experiment === null;
  return (
    <Box flexDirection="column">
      <Lines lines={[headerLine(state)]} width={columns} display={display} />
      {isHome ? (
        <Lines lines={homeBody(state)} width={columns} height={layoutOf(state.window).height - 3} display={display} />
      ) : (
        <ScenarioScreen state={state} display={display} />
      )}
      <Lines lines={[statusLine(state)]} width={columns} display={display} />
    </Box>
  );
}
