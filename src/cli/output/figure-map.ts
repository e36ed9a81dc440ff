import type { MapFigure } from '../../sim/scenario/figure.js';
import { columnIndex, type Table } from '../../sim/scenario/table.js';
import { numberIn } from './figure-series.js';
import type { HeatMap } from './map/draw-map.js';

type Tables = Readonly<Record<string, Table>>;

/** Reads the cells of a map from the tables of a run: the simulated values where there are any, those of theory otherwise. */
export function figureMap(figure: MapFigure, tables: Tables): HeatMap {
  const table = tables[figure.table];
  if (table === undefined) throw new Error(`figure ${figure.id} draws a table ${figure.table} that is not there`);
  const column = (name: string) => {
    const index = columnIndex(table.columns, name);
    return table.rows.map((row) => numberIn(row[index]));
  };
  const [across, up] = [column(figure.x.column), column(figure.y.column)];
  const { theory, simulation, label } = figure.value;
  const simulated = simulation === undefined ? [] : column(simulation);
  const isSimulated = theory === undefined || simulated.some((value) => value !== null);
  const values = isSimulated ? simulated : column(theory);
  const [x, y] = [placesOf(across), placesOf(up)];
  const cells = y.map(() => x.map((): number | null => null));
  values.forEach((value, row) => {
    const [left, height] = [x.indexOf(across[row] ?? Number.NaN), y.indexOf(up[row] ?? Number.NaN)];
    if (left >= 0 && height >= 0) cells[height]![left] = value;
  });
  return {
    title: figure.title,
    x: { label: figure.x.label, places: x },
    y: { label: figure.y.label, places: y },
    valueLabel: `${label} (${isSimulated ? 'simulation' : 'theory'}), up to`,
    values: cells,
    boundary: boundaryOf(figure, tables, x),
    boundaryLabel: figure.boundary?.label ?? '',
  };
}

function boundaryOf({ boundary }: MapFigure, tables: Tables, places: readonly number[]): (number | null)[] {
  const table = boundary === undefined ? undefined : tables[boundary.table];
  if (boundary === undefined || table === undefined) return [];
  const [x, y] = [columnIndex(table.columns, boundary.x), columnIndex(table.columns, boundary.y)];
  return places.map((place) => numberIn(table.rows.find((row) => row[x] === place)?.[y]));
}

/** The distinct numbers of a column, increasing. */
function placesOf(values: readonly (number | null)[]): number[] {
  return [...new Set(values)].filter((value) => value !== null).sort((a, b) => a - b);
}
