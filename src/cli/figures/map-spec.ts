import { type Figure, isMap, type MapFigure } from '../../sim/scenario/figure.js';
import { columnIndex, type Table } from '../../sim/scenario/table.js';
import { numberIn } from '../output/figure-series.js';
import type { FigureRow } from './curve-data.js';
import { curveSpec, keyLayer, LINE } from './curve-spec.js';
import { axisRange, axisTitle, symbolText } from './figure-axis.js';
import { shadeLegend } from './figure-config.js';
import { type FigureStyle, frame, PAGE_PARAMETERS, positionAxis, type Spec } from './spec-parts.js';

/**
 * Reads the cells of a map from the tables of a run: the simulated values where there are any, those of theory otherwise.
 *
 * @throws Error when a table or a column of the figure is not there
 */
function mapData(figure: MapFigure, tables: Readonly<Record<string, Table>>) {
  const table = tables[figure.table];
  if (table === undefined) throw new Error(`figure ${figure.id} draws a table ${figure.table} that is not there`);
  const names = [figure.x.column, figure.y.column, figure.value.theory, figure.value.simulation].filter(
    (name) => name !== undefined,
  );
  const at = names.map((name) => columnIndex(table.columns, name));
  const rows = table.rows.map((row) => Object.fromEntries(names.map((name, i) => [name, row[at[i]!] ?? null])));
  const { simulation, theory } = figure.value;
  const isSimulated =
    theory === undefined || (simulation !== undefined && rows.some((row) => numberIn(row[simulation]) !== null));
  const across = edgesOf(rows.map((row) => numberIn(row[figure.x.column])));
  const up = edgesOf(rows.map((row) => numberIn(row[figure.y.column])));
  const cells = rows.flatMap((row): FigureRow[] => {
    const [x, y] = [across.get(Number(row[figure.x.column])), up.get(Number(row[figure.y.column]))];
    if (x === undefined || y === undefined) return [];
    return [{ ...row, _left: x[0], _right: x[1], _bottom: y[0], _top: y[1] }];
  });
  return { cells, boundary: boundaryOf(figure, tables), value: (isSimulated ? simulation : theory) ?? '', isSimulated };
}

/** The edges of the cell around each place: half-way to its neighbours. */
function edgesOf(values: readonly (number | null)[]): ReadonlyMap<number, readonly [number, number]> {
  const places = [...new Set(values)].filter((value) => value !== null).sort((a, b) => a - b);
  const half = (a: number, b: number) => (b - a) / 2;
  return new Map(
    places.map((place, i) => {
      const before = i > 0 ? half(places[i - 1]!, place) : places.length > 1 ? half(place, places[1]!) : 0.5;
      const after = i < places.length - 1 ? half(place, places[i + 1]!) : before;
      return [place, [place - before, place + after] as const];
    }),
  );
}

function boundaryOf({ boundary, x, y }: MapFigure, tables: Readonly<Record<string, Table>>): FigureRow[] {
  const table = boundary === undefined ? undefined : tables[boundary.table];
  if (boundary === undefined || table === undefined) return [];
  const [across, up] = [columnIndex(table.columns, boundary.x), columnIndex(table.columns, boundary.y)];
  return table.rows
    .filter((row) => numberIn(row[across]) !== null && numberIn(row[up]) !== null)
    .map((row) => ({ [x.column]: row[across]!, [y.column]: row[up]! }));
}

/** A map as a Vega-Lite specification: shaded cells (dataset `cells`) and the boundary of theory (dataset `boundary`). */
function mapSpec(figure: MapFigure, tables: Readonly<Record<string, Table>>, style: FigureStyle): Spec {
  const data = mapData(figure, tables);
  const { theme, medium } = style;
  const isPage = medium === 'page';
  const column = (name: string) => tables[figure.table]!.columns.find((candidate) => candidate.name === name);
  const placed = (axis: 'x' | 'y', edges: readonly string[]) => {
    const range = axisRange(
      'linear',
      data.cells.flatMap((cell) => edges.map((edge) => cell[edge])),
      true,
    );
    const { label, column: name } = figure[axis];
    const position = positionAxis(axis, range, label, column(name), style);
    return { type: 'quantitative', ...position, axis: { ...position.axis, grid: false } };
  };
  const across = placed('x', ['_left', '_right']);
  const up = placed('y', ['_bottom', '_top']);
  const shadeTitle = `${axisTitle(figure.value.label, column(data.value))}, ${data.isSimulated ? 'simulation' : 'theory'}`;
  const line = (stroke: string, strokeWidth: number, name: string) => ({
    name,
    data: { name: 'boundary' },
    mark: { type: 'line', stroke, strokeWidth, clip: true },
    encoding: {
      x: { field: figure.x.column, ...across },
      y: { field: figure.y.column, ...up },
      order: { field: figure.x.column, type: 'quantitative' },
    },
  });
  const boundary = [
    line(theme.background, 4, 'casing'),
    line(theme.ink, 1.8, 'boundary'),
    ...(isPage ? [] : [keyLayer([[figure.boundary?.label ?? '', LINE]], theme)]),
  ];
  return {
    ...frame(style, symbolText(figure.title), []),
    description: `${figure.title}: a map of ${figure.value.label} over ${figure.x.label} and ${figure.y.label}.`,
    datasets: { cells: data.cells, boundary: data.boundary },
    ...(isPage ? { params: PAGE_PARAMETERS } : {}),
    layer: [
      {
        name: 'cells',
        data: { name: 'cells' },
        transform: [{ filter: `isValid(datum[${JSON.stringify(data.value)}])` }],
        mark: {
          type: 'rect',
          clip: true,
          strokeWidth: 0.6,
          // Neighbouring cells would otherwise let the background through between them.
          stroke: { expr: `scale('fill', datum[${JSON.stringify(data.value)}])` },
        },
        encoding: {
          x: { field: '_left', ...across },
          x2: { field: '_right' },
          y: { field: '_bottom', ...up },
          y2: { field: '_top' },
          fill: {
            field: data.value,
            type: 'quantitative',
            scale: { range: theme.shades },
            legend: shadeLegend(shadeTitle, '~g'),
          },
        },
      },
      ...(data.boundary.length === 0 ? [] : boundary),
    ],
  };
}

/**
 * A figure of a run as a Vega-Lite specification, its numbers inlined.
 *
 * @throws Error when the run lacks a table or a column that the figure draws
 */
export function figureSpec(figure: Figure, tables: Readonly<Record<string, Table>>, style: FigureStyle): Spec {
  return isMap(figure) ? mapSpec(figure, tables, style) : curveSpec(figure, tables, style);
}
