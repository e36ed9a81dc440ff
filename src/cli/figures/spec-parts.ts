import { type AxisRange, axisTitle } from './figure-axis.js';
import { figureConfig, TYPE, titleSpec } from './figure-config.js';
import { textWidth, wrappedText } from './font.js';
import type { Theme } from './theme.js';

/** A Vega-Lite specification, or a part of one, as plain data. */
export type Spec = Readonly<Record<string, unknown>>;

export interface FigureStyle {
  readonly theme: Theme;
  /**
   * `print`: with title, legend and ticks, as wide as a column. `page`: the page that shows it has title and legend, and
   * can hide series (parameter `hidden`) and zoom (parameters `x_domain`, `y_domain`).
   */
  readonly medium: 'print' | 'page';
}

/** Units across a figure in print; at 85 mm, the width of a column, ten units of type are seven points. */
export const PRINT_WIDTH = 340;
const PLOT_HEIGHT = 190;
export const PAGE_WIDTH = 640;
const PAGE_HEIGHT = 360;

/** Room that an entry of a legend needs beside its text: symbol, gaps. */
const ENTRY = 27;
/** A legend begins where the plot does, behind the labels of the y axis. */
const LEFT_OF_LEGEND = 52;

/** What every figure has in common: schema, size, fonts and colours. */
export function frame({ theme, medium }: FigureStyle, title: string, notes: readonly string[]): Spec {
  const isPrint = medium === 'print';
  const size = isPrint ? TYPE : 12;
  return {
    $schema: 'https://vega.github.io/schema/vega-lite/v6.json',
    width: isPrint ? PRINT_WIDTH : PAGE_WIDTH,
    height: isPrint ? PLOT_HEIGHT : PAGE_HEIGHT,
    autosize: { type: isPrint ? 'fit-x' : 'fit', contains: 'padding' },
    padding: isPrint ? 6 : 4,
    background: isPrint ? theme.background : 'transparent',
    ...(isPrint ? { title: titleSpec(theme, wrappedTitle(title), wrappedNotes(notes), TYPE) } : {}),
    config: figureConfig(theme, size),
  };
}

export function wrappedTitle(title: string): string[] {
  return wrappedText(title, TYPE + 1, PRINT_WIDTH - 20, 'bold');
}

export function wrappedNotes(notes: readonly string[]): string[] {
  return notes.flatMap((note) => wrappedText(note, TYPE - 1, PRINT_WIDTH - 20));
}

/** A quantitative axis: explicit ticks in print, those that Vega finds while a reader zooms. */
export function positionAxis(
  axis: 'x' | 'y',
  range: AxisRange,
  label: string,
  column: Parameters<typeof axisTitle>[1],
  { medium }: FigureStyle,
): { readonly scale: Spec; readonly axis: Spec; readonly title: string } {
  const title = axisTitle(label, column);
  const scale = {
    type: range.kind,
    domain: [range.from, range.to],
    nice: false,
    ...(range.kind === 'linear' ? { zero: false } : {}),
  };
  if (medium === 'page') {
    return {
      scale: { ...scale, domainRaw: { expr: `${axis}_domain` } },
      axis: { grid: axis === 'y', tickCount: axis === 'x' ? 7 : 6, ...(range.kind === 'log' ? { format: '~g' } : {}) },
      title,
    };
  }
  const labels = Object.fromEntries(range.ticks.map((tick) => [String(tick.value), tick.label]));
  return {
    scale,
    axis: {
      grid: axis === 'y',
      values: range.ticks.map(({ value }) => value),
      labelExpr: `(${JSON.stringify(labels)})[datum.value]`,
    },
    title,
  };
}

/** How many entries of a legend fit beside each other under a figure in print, each column as wide as its widest. */
export function legendColumns(title: string, labels: readonly string[]): number {
  const widths = labels.map((label) => textWidth(label, TYPE) + ENTRY);
  const room = PRINT_WIDTH - LEFT_OF_LEGEND - textWidth(title, TYPE);
  for (let columns = labels.length; columns > 1; columns--) {
    const widest = Array.from({ length: columns }, (_, column) =>
      Math.max(...widths.filter((_, index) => index % columns === column)),
    );
    if (widest.reduce((sum, width) => sum + width, 0) <= room) return columns;
  }
  return 1;
}

export const PAGE_PARAMETERS = [
  { name: 'hidden', value: [] },
  { name: 'x_domain', value: null },
  { name: 'y_domain', value: null },
];
