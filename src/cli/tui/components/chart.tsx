import { Box } from 'ink';
import { memo, type ReactElement } from 'react';
import type { WindowSize } from '../state/app-state.js';
import { type ChartSource, chartLines } from '../text/chart-lines.js';
import type { Display } from '../text/styled-line.js';
import { PaintedLines } from './lines.js';

interface ChartProps extends ChartSource, Display {
  readonly columns: WindowSize['columns'];
  readonly rows: WindowSize['rows'];
}

/** The chart of a run; drawn anew only when the run, the figure or the room changes, not with every key. */
export const Chart = memo(function Chart({
  columns,
  rows,
  colour,
  unicode,
  ...source
}: ChartProps): ReactElement {
  const lines = chartLines(source, { columns, rows }, { colour, unicode });
  return (
    <Box width={columns} flexShrink={0}>
      <PaintedLines lines={lines} height={rows} />
    </Box>
  );
});
