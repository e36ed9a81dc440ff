import type { WindowSize } from '../state/app-state.js';

/** Below this, charts and parameters no longer fit beside what they mean. */
export const LEAST_WINDOW: WindowSize = { columns: 44, rows: 14 };

/** From this width on, the lists stand beside the chart. */
const WIDE = 100;

/** Header, status and footer. */
const FIXED_LINES = 3;

/** Where the parts of the screen of a scenario are, in cells. */
export interface Layout {
  /** Lines of a frame: one less than the window has, for a frame as tall as the window would scroll it. */
  readonly height: number;
  readonly isTooSmall: boolean;
  readonly isWide: boolean;
  readonly chart: WindowSize;
  /** The lists: parameters and, where there is room, claims under them. */
  readonly panel: WindowSize;
}

/** Lays out the screen of a scenario: side by side in a wide window, the lists under the chart in a narrow one. */
export function layoutOf({ columns, rows }: WindowSize): Layout {
  const height = Math.max(1, rows - 1);
  const body = Math.max(1, height - FIXED_LINES);
  const isTooSmall = columns < LEAST_WINDOW.columns || rows < LEAST_WINDOW.rows;
  if (columns >= WIDE) {
    const width = Math.max(44, Math.min(56, Math.floor(columns * 0.4)));
    return {
      height,
      isTooSmall,
      isWide: true,
      panel: { columns: width, rows: body },
      chart: { columns: columns - width - 2, rows: Math.min(body, 44) },
    };
  }
  const panel = Math.max(5, Math.min(12, Math.floor(body * 0.38)));
  return {
    height,
    isTooSmall,
    isWide: false,
    panel: { columns, rows: panel },
    chart: { columns, rows: Math.max(1, body - panel) },
  };
}
