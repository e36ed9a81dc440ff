import { type CurveFigure, type Figure, isMap } from '../../sim/scenario/figure.js';
import type { Table } from '../../sim/scenario/table.js';
import { type CurveData, curveData } from '../figures/curve-data.js';
import { curveWords } from '../figures/curve-spec.js';
import type { compileFigure } from '../figures/draw-figure.js';
import { symbolText } from '../figures/figure-axis.js';
import { figureSpec } from '../figures/figure-spec.js';
import { isSingle, seriesColours, seriesTitle } from '../figures/series-colour.js';
import { PAGE } from '../figures/theme.js';
import type { PageFigure, ScaleName } from './page/page-data.js';

const SCALES = ['linear', 'log'] as const;

/**
 * A figure as the page draws it: one Vega specification for each choice of its scales, over the same rows.
 *
 * @throws Error when the tables lack what the figure draws
 */
export function reportFigure(
  figure: Figure,
  tables: Readonly<Record<string, Table>>,
  compile: typeof compileFigure,
): PageFigure {
  const specs: Partial<Record<ScaleName, object>> = {};
  const data: Record<string, unknown> = {};
  const choices = isMap(figure) ? [figure] : SCALES.flatMap((x) => SCALES.map((y) => scaled(figure, x, y)));
  for (const choice of choices) {
    const compiled = compile(figureSpec(choice, tables, { theme: PAGE, medium: 'page' })) as {
      data: { name: string; values?: unknown }[];
    };
    for (const source of compiled.data) {
      if (!Array.isArray(source.values)) continue;
      data[source.name] = source.values;
      delete source.values;
    }
    specs[`${choice.x.scale}-${choice.y.scale}`] = compiled;
  }
  const common = {
    id: figure.id,
    specs,
    data,
    x: figure.x.column,
    scales: `${figure.x.scale}-${figure.y.scale}` as const,
  };
  if (isMap(figure)) {
    const { column } = figure.y;
    const columns = [figure.x.column, column, figure.value.theory, figure.value.simulation];
    const line = figure.boundary === undefined ? '' : `; the line is the ${figure.boundary.label}`;
    const description = `${figure.value.label} over ${figure.x.label} and ${figure.y.label}${line}.`;
    return {
      ...common,
      kind: 'map',
      title: symbolText(figure.title),
      description,
      values: columns.filter((name) => name !== undefined),
      heights: [column],
      series: [],
      seriesTitle: '',
      notes: [],
    };
  }
  const read = curveData(figure, tables);
  return {
    ...common,
    kind: 'curve',
    title: symbolText(read.title),
    description: curveWords(figure, read),
    values: drawnColumns(figure),
    heights: [figure.y.theory, figure.y.simulation].filter((name) => name !== undefined),
    series: seriesOf(read),
    seriesTitle: seriesTitle(figure),
    notes: read.notes,
  };
}

function scaled(figure: CurveFigure, x: 'linear' | 'log', y: 'linear' | 'log'): CurveFigure {
  return { ...figure, x: { ...figure.x, scale: x }, y: { ...figure.y, scale: y } };
}

function drawnColumns({ series, x, y }: CurveFigure): string[] {
  const names = [series, x.column, y.theory, y.simulation, y.error];
  return [...new Set(names)].filter((name) => name !== undefined);
}

function seriesOf(data: CurveData): PageFigure['series'] {
  const colours = isSingle(data) ? PAGE.categories(1) : seriesColours(data, PAGE);
  return data.series.map((name, index) => ({ name, colour: colours[index] ?? '' }));
}
