import type { Column } from '../../sim/scenario/table.js';
import { axisTitle, symbolText } from '../figures/figure-axis.js';
import { figureConfig, titleSpec } from '../figures/figure-config.js';
import type { Theme } from '../figures/theme.js';
import type { Mark, ResultValues } from './sweep-rows.js';

/** A Vega-Lite specification, or a part of one, as plain data. */
export type Spec = Readonly<Record<string, unknown>>;

export interface SweepStyle {
  readonly theme: Theme;
  readonly width: number;
  readonly size: number;
  /** Title over the figure, in lines, and the notes under it; a page has its own. */
  readonly title: readonly string[];
  readonly notes: readonly string[];
  /** Columns of the table, for units. */
  readonly columns: readonly Column[];
}

export function sweepFrame({ theme, size, title, notes }: SweepStyle, background: string): Spec {
  return {
    $schema: 'https://vega.github.io/schema/vega-lite/v6.json',
    padding: 6,
    background,
    ...(title.length === 0 ? {} : { title: titleSpec(theme, title, notes, size) }),
    config: figureConfig(theme, size),
  };
}

/** What an axis of a figure says: the name of its column, with the unit where there is one. */
export function columnTitle(name: string, columns: readonly Column[]): string {
  return axisTitle(
    name,
    columns.find((column) => column.name === name),
  );
}

/** What the axis of a result says. */
export function resultTitle({ name, theory, simulation }: ResultValues, columns: readonly Column[]): string {
  return axisTitle(
    symbolText(name),
    columns.find((column) => column.name === (simulation ?? theory)),
  );
}

/** Shapes of the marks: a cross for what diverged, others for what has no number or a doubtful one. */
export const MARK_SHAPES: Readonly<Record<Mark, string>> = {
  diverged: 'M-0.5,-0.5L0.5,0.5M-0.5,0.5L0.5,-0.5',
  'run failed': 'M0,-0.5V0.5M-0.5,0H0.5',
  'no number': 'M-0.5,0H0.5',
  'failed check': 'M0,-0.5L0.5,0.4H-0.5Z',
};

export const MARK_WORDS: Readonly<Record<Mark, string>> = {
  diverged: 'diverged',
  'run failed': 'run without numbers',
  'no number': 'no number',
  'failed check': 'a check failed',
};

export function marksAmong(places: readonly { readonly mark: Mark | null }[]): Mark[] {
  const found = new Set(places.map(({ mark }) => mark));
  return (Object.keys(MARK_SHAPES) as Mark[]).filter((mark) => found.has(mark));
}

function markShape(marks: readonly Mark[]): Spec {
  return {
    field: 'mark',
    type: 'nominal',
    scale: { domain: marks.map((mark) => MARK_WORDS[mark]), range: marks.map((mark) => MARK_SHAPES[mark]) },
    legend: { title: null, columns: 2, symbolStrokeWidth: 1.6, symbolSize: 70, symbolFillColor: 'transparent' },
  };
}

/** An axis of numbers; those of a logarithmic one are the shortest that tell its ticks apart. */
export function numberAxis(kind: 'linear' | 'log', rest: Spec): Spec {
  return { ...rest, ...(kind === 'log' ? { format: '.3~g' } : {}) };
}

export function markLayer(marks: readonly Mark[], { ink }: Theme, size: number, encoding: Spec): Spec {
  return {
    name: 'marks',
    transform: [{ filter: 'isValid(datum.mark)' }],
    mark: { type: 'point', filled: false, size, strokeWidth: 1.5, color: ink },
    encoding: { ...encoding, shape: markShape(marks) },
  };
}

/** A scale that ends near its values. */
export function scaleSpec(kind: 'linear' | 'log', rest: Spec): Spec {
  return { type: kind, ...(kind === 'linear' ? { zero: false } : {}), ...rest };
}
