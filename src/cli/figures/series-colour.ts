import type { CurveFigure } from '../../sim/scenario/figure.js';
import { thinned } from '../output/figure-series.js';
import { type CurveData, RANK_FIELD, SERIES_FIELD } from './curve-data.js';
import { symbolText } from './figure-axis.js';
import { type FigureStyle, legendColumns, type Spec } from './spec-parts.js';
import { MOST_CATEGORIES, type Theme } from './theme.js';

/** What the legend calls the series. */
export function seriesTitle(figure: CurveFigure): string {
  return symbolText(figure.seriesLabel ?? figure.series ?? '');
}

/** The colours of the series, in their order. */
export function seriesColours(data: CurveData, theme: Theme): readonly string[] {
  return data.isOrdered ? theme.ordered(data.series.length) : theme.categories(data.series.length);
}

/** Whether there are no series to tell apart. */
export function isSingle(data: CurveData): boolean {
  return data.series.length === 0 || (data.series.length === 1 && data.series[0] === '');
}

/** The colour of a mark by its series; the legend names at most {@link MOST_CATEGORIES} of them. */
export function seriesColour(figure: CurveFigure, data: CurveData, { theme, medium }: FigureStyle): Spec {
  if (isSingle(data)) return { value: theme.categories(1)[0] };
  const title = seriesTitle(figure);
  const labels = thinned(data.series, MOST_CATEGORIES);
  const legend = {
    title,
    values: labels,
    columns: legendColumns(title, labels),
    symbolType: 'square',
    symbolOpacity: 1,
    symbolStrokeWidth: 0,
    symbolSize: 100,
    labelLimit: 250,
  };
  return {
    field: SERIES_FIELD,
    type: 'nominal',
    scale: { domain: data.series, range: seriesColours(data, theme) },
    legend: medium === 'page' ? null : legend,
  };
}

/**
 * The size of a point. Points of series that have no order often fall on one another: the first are the largest, so that
 * all are seen.
 */
export function pointSize(data: CurveData, isPage: boolean): unknown {
  if (data.isOrdered || isSingle(data)) return isPage ? 26 : 9;
  const least = isPage ? 14 : 9;
  const last = data.series.length - 1;
  return { expr: `${least} * pow(1 + 0.35 * (${last} - datum[${JSON.stringify(RANK_FIELD)}]), 2)` };
}
