/** A map of two parameters as plain data, told apart from how it is drawn. */
export interface HeatMap {
  readonly title: string;
  readonly x: MapAxis;
  readonly y: MapAxis;
  /** What the shades mean. */
  readonly valueLabel: string;
  /** Value of each cell, row by row from the least y, each row from the least x; null where there is none. */
  readonly values: readonly (readonly (number | null)[])[];
  /** Height of a boundary for each place on the x axis, in units of y; empty for none. */
  readonly boundary: readonly (number | null)[];
  readonly boundaryLabel: string;
  /** Of cells without a value, why they have none; where it is not said, there is no value. */
  readonly missing?: readonly (readonly (MissingCell | null)[])[];
}

/** Why a cell has no value: training diverged, nothing is known, or there is nothing in it. */
export type MissingCell = 'diverged' | 'no value' | 'empty';

/** An axis of a map: the places of its cells. */
export interface MapAxis {
  readonly label: string;
  /** Increasing. */
  readonly places: readonly number[];
  /** What the places are called, where they are not numbers. */
  readonly names?: readonly string[];
}
