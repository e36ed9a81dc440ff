import { type CurveFigure, type Figure, isMap, type MapFigure } from '../../sim/scenario/figure.js';
import type { RunResults } from '../../sim/scenario/run-document.js';
import type { Compute } from '../../sim/scenario/scenario.js';
import type { Row, Table } from '../../sim/scenario/table.js';
import { createProblem, learnedModes, type ProblemOptions } from '../../theory/problem.js';
import { cellOf, cellText, numberIn } from './figure-series.js';
import { readableNumber } from './text-table.js';

/** Where the curves of a figure turn, or between which values they run, in one sentence. */
export function explainFigure(figure: Figure, results: RunResults, parameters: object): string {
  return isMap(figure) ? greatestOfMap(figure, results) : turningOf(figure, results, parameters);
}

function turningOf(figure: CurveFigure, { tables }: RunResults, parameters: object): string {
  const { inflection } = figure;
  const table = inflection === undefined ? undefined : tables[inflection.table];
  if (inflection === undefined || table === undefined || table.rows.length === 0) return extremesOf(figure, tables);
  const parts = table.rows.map((row) => {
    const at = numberOf(row, table, inflection.theory) ?? numberOf(row, table, inflection.simulation);
    const name =
      figure.series === undefined ? '' : ` for ${figure.series} = ${cellText(cellOf(row, table, figure.series))}`;
    if (at === null) return `keeps falling to the end${name}`;
    return `turns at ${figure.x.column} t = ${readableNumber(at, 3)}${learnedAt(at, parameters)}${name}`;
  });
  return `The curve ${listed(parts)}.`;
}

/** The number of modes that the network has learned at the turning point, where the run pre-trains one. */
function learnedAt(time: number, parameters: object): string {
  if (!('spectrum' in parameters) || !('tau' in parameters)) return '';
  try {
    const count = learnedModes(createProblem(parameters as ProblemOptions), time);
    return `, n* = ${count} learned ${count === 1 ? 'mode' : 'modes'},`;
  } catch {
    // A scenario may use these names for something other than a pre-training problem; the sentence then leaves this out.
    return '';
  }
}

function extremesOf(figure: CurveFigure, tables: RunResults['tables']): string {
  const table = tables[figure.table];
  const column = figure.y.theory ?? figure.y.simulation;
  const points = (table?.rows ?? []).flatMap((row) => {
    const x = numberOf(row, table!, figure.x.column);
    const y = column === undefined ? null : numberOf(row, table!, column);
    return x === null || y === null ? [] : [{ x, y }];
  });
  if (points.length === 0) return `No value of ${figure.y.label} has been computed yet.`;
  const [least, most] = [
    points.reduce((a, b) => (b.y < a.y ? b : a)),
    points.reduce((a, b) => (b.y > a.y ? b : a)),
  ].map(({ x, y }) => `${readableNumber(y, 3)} at ${figure.x.column} ${readableNumber(x, 3)}`);
  return `Over ${points.length} points, ${figure.y.label} goes from ${least} to ${most}.`;
}

function greatestOfMap(figure: MapFigure, { tables }: RunResults): string {
  const table = tables[figure.table];
  const cells = (table?.rows ?? []).flatMap((row) => {
    const column = (name: string | undefined) => (name === undefined ? null : numberOf(row, table!, name));
    const value = column(figure.value.simulation) ?? column(figure.value.theory);
    return value === null ? [] : [{ value, x: column(figure.x.column), y: column(figure.y.column) }];
  });
  if (cells.length === 0) return `No value of ${figure.value.label} has been computed yet.`;
  const most = cells.reduce((a, b) => (b.value > a.value ? b : a));
  const raised = cells.filter(({ value }) => value > 0.01 * most.value).length;
  const place = `${figure.x.column} ${cellText(most.x)} and ${figure.y.column} ${cellText(most.y)}`;
  return `In ${raised} of ${cells.length} cells, ${figure.value.label} is above 1 % of its maximum, ${readableNumber(most.value, 3)} at ${place}.`;
}

export function explainChecks({ checks, diverged }: RunResults, compute: Compute | null, isFinished: boolean): string {
  const on = compute === null || compute.backend === 'host' ? '' : ` on ${compute.backend}`;
  const by = compute === null ? 'not yet known' : `the ${compute.engine} engine${on}`;
  const applicable = checks.filter(({ verdict }) => verdict !== 'not-applicable');
  const failing = applicable.filter(({ verdict }) => verdict === 'fails').map(({ claim }) => claim);
  const lost =
    diverged.length === 0 ? '' : `, and ${diverged.length} ${diverged.length === 1 ? 'network' : 'networks'} diverged`;
  if (!isFinished) return `Computed by ${by} but not finished, so no claim has been judged on the whole run${lost}.`;
  if (applicable.length === 0) return `Computed by ${by}; none of the claims applies to these numbers${lost}.`;
  const verdict =
    failing.length === 0
      ? `all ${applicable.length} claims that apply hold`
      : `${failing.join(', ')} of ${applicable.length} claims that apply ${failing.length === 1 ? 'fails' : 'fail'}`;
  return `Computed by ${by}: ${verdict}${lost}.`;
}

function listed(parts: readonly string[]): string {
  if (parts.length <= 6) return parts.join('; ');
  return `${parts.slice(0, 5).join('; ')}; and ${parts.length - 5} more`;
}

function numberOf(row: Row, table: Table, name: string): number | null {
  return numberIn(cellOf(row, table, name));
}
