import { type Figure, isMap } from '../../sim/scenario/figure.js';
import type { Table } from '../../sim/scenario/table.js';
import { curveSpec } from './curve-spec.js';
import { mapSpec } from './map-spec.js';
import type { FigureStyle, Spec } from './spec-parts.js';

/**
 * A figure of a run as a Vega-Lite specification, its numbers inlined.
 *
 * @throws Error when the run lacks a table or a column that the figure draws
 */
export function figureSpec(
  figure: Figure,
  tables: Readonly<Record<string, Table>>,
  style: FigureStyle,
): Spec {
  return isMap(figure) ? mapSpec(figure, tables, style) : curveSpec(figure, tables, style);
}
