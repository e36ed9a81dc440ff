import { Text } from 'ink';
import type { ReactElement } from 'react';
import { type Display, paintLine, type StyledLine } from '../text/styled-line.js';

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
