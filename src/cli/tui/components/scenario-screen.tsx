import { Box } from 'ink';
import type { ReactElement } from 'react';
import { type AppState, openScenario } from '../state/app-state.js';
import { layoutOf } from '../text/layout.js';
import { panelLines } from '../text/panel-lines.js';
import type { Display } from '../text/styled-line.js';
import { Chart } from './chart.js';
import { Lines } from './lines.js';

interface ScenarioScreenProps {
  readonly state: AppState;
  readonly display: Display;
}

/** The screen of a scenario: chart, parameters and claims. */
export function ScenarioScreen({ state, display }: ScenarioScreenProps): ReactElement {
  const { experiment, scenario } = openScenario(state);
  const { chart, panel, isWide } = layoutOf(state.window);
  const { figure, shown, pinned } = experiment;
  const drawing = (
    <Chart {...chart} {...display} scenario={scenario} figure={figure} shown={shown} pinned={pinned} />
  );
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
