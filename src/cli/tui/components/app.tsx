import { Box, type Key as InkKey, Text, useInput } from 'ink';
import { memo, type ReactElement, useSyncExternalStore } from 'react';
import { isMap } from '../../../sim/scenario/figure.js';
import type { Scenario } from '../../../sim/scenario/scenario.js';
import { drawChart } from '../../output/chart/draw-chart.js';
import type { ChartSeries } from '../../output/chart/plot.js';
import { drawMap } from '../../output/map/draw-map.js';
import { figureChart, figureMap, MOST_SERIES } from '../../output/run-report.js';
import { type AppState, type Experiment, openScenario, type WindowSize } from '../state/app-state.js';
import type { Key, KeyName } from '../state/bindings.js';
import type { Store } from '../state/reduce.js';
import { resultsOf } from '../state/run.js';
import { footerLine, headerLine, statusLine, tooSmallLines } from '../text/frame.js';
import { homeBody, panelLines } from '../text/lists.js';
import { overlayLines } from '../text/overlay-text.js';
import { spokenLines } from '../text/spoken-lines.js';
import { type Display, FIXED_LINES, layoutOf, paintLine, plainLine, type StyledLine } from '../text/styled-line.js';
import { sweepLines } from '../text/sweep-lines.js';

/** Painted lines, one under the other, filled up with empty ones to a number of rows. */
function Lines({ lines, rows }: { readonly lines: readonly string[]; readonly rows: number }): ReactElement {
  // An empty line would take no room, hence the blank.
  return <Text>{Array.from({ length: rows }, (_, index) => lines[index] || ' ').join('\n')}</Text>;
}

type ChartProps = Pick<Experiment, 'figure' | 'shown' | 'pinned'> &
  Display &
  WindowSize & { readonly scenario: Scenario };

const NO_AXIS = { label: '', scale: 'linear' } as const;
const EMPTY = { x: NO_AXIS, y: NO_AXIS, series: [], key: { line: '', points: '', marks: '' } };

function chartLines({ scenario, figure: position, shown, pinned, ...place }: ChartProps): readonly string[] {
  const figure = scenario.figures[position];
  if (figure === undefined) return [];
  const options = { ...place, width: place.columns, height: place.rows };
  if (shown === null) return drawChart({ ...EMPTY, title: figure.title }, options);
  const { tables } = resultsOf(shown, scenario);
  if (isMap(figure)) return drawMap(figureMap(figure, tables), options);
  const { chart, drawn, available } = figureChart(figure, tables);
  const isCompared = pinned !== null && pinned !== shown;
  const under = isCompared ? figureChart(figure, resultsOf(pinned, scenario).tables).chart.series : [];
  const count = scenario.figures.length;
  const notes = [
    ...(count > 1 ? [`${position + 1} of ${count}`] : []),
    ...(drawn < available ? [`${drawn} of ${available} lines`] : []),
  ];
  const title = notes.length === 0 ? chart.title : `${chart.title} (${notes.join(', ')})`;
  const series = [...chart.series, ...under.map(asPinned)].slice(0, 2 * MOST_SERIES);
  return drawChart({ ...chart, title, series }, options);
}

/** Lines only: the points of two overlaid runs could not be told apart. */
function asPinned({ label, line, points, marks }: ChartSeries): ChartSeries {
  return { label: `before: ${label}`, line: line.some(({ y }) => y !== null) ? line : points, points: [], marks };
}

/** The chart of a run; redrawn only when the run, the figure or the space changes, not with every key. */
const Chart = memo(function Chart(props: ChartProps): ReactElement {
  return (
    <Box width={props.columns} flexShrink={0}>
      <Lines lines={chartLines(props)} rows={props.rows} />
    </Box>
  );
});

interface AppProps {
  readonly state: AppState;
  readonly display: Display;
}

function ScenarioScreen({ state, display }: AppProps): ReactElement {
  const { experiment, scenario } = openScenario(state);
  const { chart, panel, isWide } = layoutOf(state.window);
  const { figure, shown, pinned } = experiment;
  const drawing = <Chart {...chart} {...display} scenario={scenario} figure={figure} shown={shown} pinned={pinned} />;
  const painted = panelLines(state).map((line) => paintLine(line, panel.columns, display));
  return (
    <Box flexDirection={isWide ? 'row' : 'column'} columnGap={2}>
      {!isWide && drawing}
      <Box width={panel.columns} flexShrink={0}>
        <Lines lines={painted} rows={panel.rows} />
      </Box>
      {isWide && drawing}
    </Box>
  );
}

export function App({ state, display }: AppProps): ReactElement {
  const { window, overlay, sweep, screen, experiment } = state;
  const { height, isTooSmall } = layoutOf(window);
  const { columns } = window;
  const rows = height - FIXED_LINES;
  const painted = (lines: readonly StyledLine[], count = lines.length) => (
    <Lines lines={lines.slice(0, count).map((line) => paintLine(line, columns, display))} rows={count} />
  );
  if (isTooSmall) return painted(tooSmallLines(state));
  const body = () => {
    if (screen === 'sweep' && sweep !== null)
      return <Lines lines={sweepLines(sweep, { columns, rows }, display)} rows={rows} />;
    if (screen === 'home' || experiment === null) return painted(homeBody(state, rows), rows);
    return <ScenarioScreen state={state} display={display} />;
  };
  return (
    <Box flexDirection="column" width={columns} height={height}>
      {overlay === null ? (
        <>
          {painted([headerLine(state)])}
          {body()}
          {painted([statusLine(state)])}
        </>
      ) : (
        painted(overlayLines(state, overlay), height - 1)
      )}
      {painted([footerLine(state, columns)])}
    </Box>
  );
}

/** The application for a screen reader: sentences from top to bottom, which the terminal may wrap as it likes. */
function SpokenApp({ state, display }: AppProps): ReactElement {
  const plain = { ...display, colour: 'none' as const };
  return (
    <Box flexDirection="column">
      {spokenLines(state).map((line, position) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a line has no identity but its place
        <Text key={position}>{paintLine(plainLine(line), Number.POSITIVE_INFINITY, plain)}</Text>
      ))}
    </Box>
  );
}

export function LiveApp(props: { store: Store; display: Display; isSpoken?: boolean }): ReactElement {
  const { store, display, isSpoken } = props;
  const state = useSyncExternalStore(store.subscribe, store.state);
  useInput((input, inkKey) => {
    for (const key of keysOf(input, inkKey)) store.dispatch({ kind: 'key', key });
  });
  return isSpoken ? <SpokenApp state={state} display={display} /> : <App state={state} display={display} />;
}

const CONTROL_CHARACTERS: Readonly<Record<string, KeyName>> = {
  '\r': 'enter',
  '\n': 'enter',
  '\t': 'tab',
  '\b': 'backspace',
  '\u007f': 'backspace',
  '\u0003': 'interrupt',
  '\u0015': 'erase-line',
};

/** The keys of one piece of input: a named key, or characters, of which a fast typist or a paste sends several at once. */
export function keysOf(input: string, key: InkKey): Key[] {
  // Terminals send esc before the key for a chord with alt; here it is more likely that both were pressed in haste.
  const before: Key[] = key.meta && !key.escape ? [{ name: 'escape' }] : [];
  const names: readonly (readonly [boolean, KeyName])[] = [
    [key.ctrl && input === 'c', 'interrupt'],
    [key.ctrl && input === 'u', 'erase-line'],
    [key.upArrow, 'up'],
    [key.downArrow, 'down'],
    [key.leftArrow, 'left'],
    [key.rightArrow, 'right'],
    [key.pageUp, 'page-up'],
    [key.pageDown, 'page-down'],
    [key.home, 'home'],
    [key.end, 'end'],
    [key.return, 'enter'],
    [key.escape, 'escape'],
    [key.tab, 'tab'],
    // Most terminals send for the backspace key what is called delete.
    [key.backspace || key.delete, 'backspace'],
  ];
  const name = names.find(([isPressed]) => isPressed)?.[1];
  if (name !== undefined) return [...before, { name }];
  if (key.ctrl) return [];
  const typed = [...input].flatMap((character): Key[] => {
    const control = CONTROL_CHARACTERS[character];
    if (control !== undefined) return [{ name: control }];
    return /\p{Cc}/u.test(character) ? [] : [{ name: 'character', text: character }];
  });
  return [...before, ...typed];
}
