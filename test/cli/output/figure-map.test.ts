import { describe, expect, it } from 'vitest';
import { figureMap } from '../../../src/cli/output/run-report.js';
import type { MapFigure } from '../../../src/sim/scenario/figure.js';
import type { Row, Table } from '../../../src/sim/scenario/table.js';

function table(names: readonly string[], rows: readonly Row[]): Table {
  return { columns: names.map((name) => ({ name, unit: '1', description: '' })), rows };
}

const figure: MapFigure = {
  kind: 'map',
  id: 'map',
  title: 'Title',
  table: 'map',
  x: { column: 'angle', label: 'angle', scale: 'linear' },
  y: { column: 'overshoot', label: 'overshoot', scale: 'linear' },
  value: { label: 'rise', theory: 'rise_theory', simulation: 'rise_sim' },
  boundary: { table: 'boundary', x: 'angle', y: 'overshoot_theory', label: 'the boundary' },
};
const names = ['overshoot', 'angle', 'rise_theory', 'rise_sim'];
const boundary = table(
  ['angle', 'overshoot_theory'],
  [
    [90, 1.5],
    [0, 2],
  ],
);

describe('a figure as a map', () => {
  it('has a cell for each row, in the order of the places', () => {
    const map = table(names, [
      [3, 90, 4, 4.1],
      [2, 0, 1, 1.1],
      [2, 90, 2, 2.1],
    ]);
    expect(figureMap(figure, { map, boundary })).toEqual({
      title: 'Title',
      x: { label: 'angle', places: [0, 90] },
      y: { label: 'overshoot', places: [2, 3] },
      valueLabel: 'rise (simulation), up to',
      values: [
        [1.1, 2.1],
        [null, 4.1],
      ],
      boundary: [2, 1.5],
      boundaryLabel: 'the boundary',
    });
  });

  it('shows theory where nothing was simulated, and no boundary where there is none', () => {
    const map = table(names, [[2, 45, 1, null]]);
    const { boundary: _, ...without } = figure;
    expect(figureMap(without, { map })).toMatchObject({
      valueLabel: 'rise (theory), up to',
      values: [[1]],
      boundary: [],
      boundaryLabel: '',
    });
    expect(figureMap(figure, { map, boundary }).boundary).toEqual([null]);
  });

  it('a table that is not there is a defect of ours', () => {
    expect(() => figureMap(figure, {})).toThrow('figure map draws a table map that is not there');
  });
});
