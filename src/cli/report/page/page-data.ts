import type { Table } from '../../../sim/scenario/table.js';
import type { SweepSummary } from '../../sweep-figures/sweep-rows.js';

/** A choice of scales: that of the x axis, then that of the y axis. */
export type ScaleName = `${'linear' | 'log'}-${'linear' | 'log'}`;

export interface PageFigure {
  readonly kind: 'curve' | 'map';
  readonly id: string;
  readonly title: string;
  readonly description: string;
  readonly notes: readonly string[];
  /** Vega specifications without their rows. */
  readonly specs: Readonly<Partial<Record<ScaleName, object>>>;
  readonly scales: ScaleName;
  /** Rows by the name of the data source in the specifications. */
  readonly data: Readonly<Record<string, unknown>>;
  readonly x: string;
  /** Columns that stand at a height of the y axis. */
  readonly heights: readonly string[];
  /** Columns whose values a reader gets of a point. */
  readonly values: readonly string[];
  readonly series: readonly { readonly name: string; readonly colour: string }[];
  readonly seriesTitle: string;
}

export interface PageRun {
  readonly tables: Readonly<Record<string, Table>>;
  readonly figures: readonly PageFigure[];
  readonly sweep?: SweepSummary;
}
