import type { CurveFigure } from '../../sim/scenario/figure.js';
import type { Table } from '../../sim/scenario/table.js';
import { type CurveData, curveData } from './curve-data.js';
import { curveLayers } from './curve-layers.js';
import { symbolText } from './figure-axis.js';
import { seriesTitle } from './series-colour.js';
import { type FigureStyle, frame, PAGE_PARAMETERS, type Spec } from './spec-parts.js';

/**
 * A figure of curves as a Vega-Lite specification: theory as lines, simulation as points with bars of one standard error,
 * inflections as diamonds with a line down to the axis. The numbers stand in the dataset `curve` under the names of their
 * columns, the inflections in `inflection`.
 */
export function curveSpec(
  figure: CurveFigure,
  tables: Readonly<Record<string, Table>>,
  style: FigureStyle,
): Spec {
  const data = curveData(figure, tables);
  return {
    ...frame(style, symbolText(data.title), data.notes),
    description: curveDescription(figure, data),
    datasets: { curve: data.rows, inflection: data.inflections },
    ...(style.medium === 'page' ? { params: PAGE_PARAMETERS } : {}),
    layer: curveLayers(figure, data, style),
  };
}

/** What a curve shows in words, for readers who do not see it. */
function curveDescription(figure: CurveFigure, data: CurveData): string {
  return `${symbolText(data.title)}: ${curveWords(figure, data)}`;
}

/** What is drawn against what, and what lines, points and diamonds mean. */
export function curveWords(figure: CurveFigure, data: CurveData): string {
  const drawn = [
    data.hasTheory ? 'lines are theory' : '',
    data.hasSimulation ? `points are simulation${data.hasErrors ? ' ± 1 standard error' : ''}` : '',
    data.inflections.length > 0 ? 'diamonds mark the inflection' : '',
  ].filter((part) => part !== '');
  const names = data.series.filter((name) => name !== '');
  const series =
    names.length === 0 ? '' : ` One series for each ${seriesTitle(figure)}: ${names.join(', ')}.`;
  return `${figure.y.label} against ${figure.x.label}; ${drawn.join(', ') || 'no values'}.${series}`;
}
