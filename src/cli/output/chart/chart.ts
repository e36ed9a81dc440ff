/** A point of a chart; a coordinate that is null or not finite, or not positive on a log axis, is a gap. */
export interface ChartPoint {
  readonly x: number | null;
  readonly y: number | null;
}

/** A place on the x axis worth marking, at the height of its series. */
export interface ChartMark extends ChartPoint {
  readonly label: string;
}

export interface ChartSeries {
  readonly label: string;
  /** Joined by a line, in the order given. */
  readonly line: readonly ChartPoint[];
  /** Shown by the series' marker. */
  readonly points: readonly ChartPoint[];
  readonly marks: readonly ChartMark[];
}

export interface ChartAxis {
  readonly label: string;
  readonly scale: 'linear' | 'log';
}

/** A chart as plain data, told apart from how it is drawn. */
export interface Chart {
  readonly title: string;
  readonly x: ChartAxis;
  readonly y: ChartAxis;
  readonly series: readonly ChartSeries[];
  /** What the lines, the points and the marks mean, for the last line of the legend; empty for none. */
  readonly key: { readonly line: string; readonly points: string; readonly marks: string };
}
