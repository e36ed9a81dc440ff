import { Box } from 'ink';
import type { ReactElement } from 'react';
import type { AppState } from '../state/app-state.js';
import { footerLine } from '../text/footer-line.js';
import { headerLine, homeBody, tooSmallLines } from '../text/frame.js';
import { LEAST_WINDOW, layoutOf } from '../text/layout.js';
import { statusLine } from '../text/status-line.js';
import type { Display } from '../text/styled-line.js';
import { Lines } from './lines.js';
import { OverlayScreen } from './overlay-screen.js';
import { ScenarioScreen } from './scenario-screen.js';
import { SweepScreen } from './sweep-screen.js';

interface AppProps {
  readonly state: AppState;
  readonly display: Display;
}

/** A frame of the application. Only draws: what is on the screen follows from the state alone. */
export function App({ state, display }: AppProps): ReactElement {
  const { columns } = state.window;
  const { height, isTooSmall } = layoutOf(state.window);
  if (isTooSmall)
    return <Lines lines={tooSmallLines(state, LEAST_WINDOW)} width={columns} display={display} />;
  return (
    <Box flexDirection="column" width={columns} height={height}>
      <Body state={state} display={display} />
      <Lines lines={[footerLine(state, columns)]} width={columns} display={display} />
    </Box>
  );
}

function Body({ state, display }: AppProps): ReactElement {
  const { columns } = state.window;
  if (state.overlay !== null)
    return <OverlayScreen state={state} overlay={state.overlay} display={display} />;
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
        <Lines
          lines={homeBody(state)}
          width={columns}
          height={layoutOf(state.window).height - 3}
          display={display}
        />
      ) : (
        <ScenarioScreen state={state} display={display} />
      )}
      <Lines lines={[statusLine(state)]} width={columns} display={display} />
    </Box>
  );
}
