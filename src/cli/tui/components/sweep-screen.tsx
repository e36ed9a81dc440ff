import type { ReactElement } from 'react';
import type { AppState } from '../state/app-state.js';
import { layoutOf } from '../text/layout.js';
import type { Display } from '../text/styled-line.js';
import { sweepLines } from '../text/sweep-lines.js';
import { PaintedLines } from './lines.js';

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
