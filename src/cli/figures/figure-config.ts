import type { Theme } from './theme.js';

/** Arimo has the widths of Arial, Helvetica and Liberation Sans, so that a figure looks the same with any of them. */
export const FONT_FAMILY = 'Arimo, Arial, Helvetica, Liberation Sans, sans-serif';

export const TYPE = 10;

/**
 * What all figures have in common for Vega-Lite: fonts, colours of axes, legends under the plot.
 *
 * @param size of the type on axes
 */
export function figureConfig(theme: Theme, size: number): Readonly<Record<string, unknown>> {
  return {
    aria: false,
    font: FONT_FAMILY,
    view: { stroke: null },
    axis: {
      labelColor: theme.ink,
      titleColor: theme.ink,
      domainColor: theme.faint,
      tickColor: theme.faint,
      gridColor: theme.grid,
      labelFontSize: size,
      titleFontSize: size,
      titleFontWeight: 'normal',
      labelOverlap: 'greedy',
      labelSeparation: 4,
      tickSize: 4,
    },
    legend: {
      labelColor: theme.ink,
      titleColor: theme.ink,
      labelFontSize: TYPE,
      titleFontSize: TYPE,
      titleFontWeight: 'normal',
      orient: 'bottom',
      titleOrient: 'left',
      titleAnchor: 'middle',
      rowPadding: 3,
      columnPadding: 10,
      offset: 6,
      padding: 0,
      layout: { bottom: { anchor: 'start', direction: 'vertical', margin: 5 } },
    },
  };
}

/** The title over a figure and the notes under it, both already broken into lines. */
export function titleSpec(theme: Theme, text: readonly string[], notes: readonly string[], size: number) {
  return {
    text,
    ...(notes.length === 0 ? {} : { subtitle: notes }),
    anchor: 'start',
    frame: 'bounds',
    fontSize: size + 1,
    fontWeight: 'bold',
    color: theme.ink,
    subtitleColor: theme.faint,
    subtitleFontSize: size - 1,
    offset: 8,
  };
}

export function shadeLegend(title: string, format: string) {
  return {
    title,
    orient: 'bottom',
    titleOrient: 'top',
    titleAnchor: 'start',
    gradientLength: 200,
    gradientThickness: 10,
    tickCount: 4,
    format,
  };
}
