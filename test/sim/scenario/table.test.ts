import { describe, expect, test } from 'vitest';
import { versions } from '../../../src/sim/backends/versions.js';
import { columnIndex, sortRows } from '../../../src/sim/scenario/table.js';

const columns = ['gamma', 'time', 'note'].map((name) => ({ name, unit: '1', description: name }));
const rows = [
  [0.2, 1, 'a'],
  [0.1, 2, 'b'],
  [0.2, 0.5, 'c'],
  [0.1, 2, 'd'],
  [0.1, 10, 'e'],
];

describe('rows of a table', () => {
  test('are sorted by number, by the first column most, and keep their order where equal', () => {
    const sorted = sortRows(rows, columns, ['gamma', 'time']);
    expect(sorted.map((row) => row[2])).toEqual(['b', 'd', 'e', 'c', 'a']);
    expect(rows[0]![2]).toBe('a');
  });

  test('keep the order in which they came where none is asked for', () => {
    expect(sortRows(rows, columns)).toBe(rows);
  });

  test('have columns by name; one that is missing is a defect of ours', () => {
    expect(columnIndex(columns, 'time')).toBe(1);
    expect(() => columnIndex(columns, 'tau')).toThrow('no column tau among gamma, time, note');
  });
});

test('the record of versions names what the numbers rest on', () => {
  const found = versions();
  expect(Object.keys(found)).toEqual(['overtrain', 'node', 'gpu.js', 'ml-matrix']);
  for (const version of Object.values(found)) expect(version).toMatch(/^\d+\.\d+\.\d+/);
  expect(found['gpu.js']).toBe('2.24.1');
});
