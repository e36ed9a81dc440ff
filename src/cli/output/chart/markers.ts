/** Characters that chart and legend share. */
export interface Markers {
  /** Marker of the series at an index; they repeat. */
  series(index: number): string;
  readonly mark: string;
  /** Dropped from a mark to the axis. */
  readonly plumb: string;
  readonly line: string;
  readonly cornerBelow: string;
  readonly tickLeft: string;
  readonly tickBelow: string;
  readonly axisLeft: string;
  readonly axisBelow: string;
}

const UNICODE_SERIES = '●▲■◆○△□◇';
const ASCII_SERIES = 'o^#x*+@%';

const unicodeMarkers: Markers = {
  series: (index) => UNICODE_SERIES[index % UNICODE_SERIES.length]!,
  mark: '╳',
  plumb: '┊',
  line: '⠤⠤',
  cornerBelow: '└',
  tickLeft: '┤',
  tickBelow: '┬',
  axisLeft: '│',
  axisBelow: '─',
};

const asciiMarkers: Markers = {
  series: (index) => ASCII_SERIES[index % ASCII_SERIES.length]!,
  mark: 'X',
  plumb: '|',
  line: '..',
  cornerBelow: '+',
  tickLeft: '+',
  tickBelow: '+',
  axisLeft: '|',
  axisBelow: '-',
};

export function markersFor(unicode: boolean): Markers {
  return unicode ? unicodeMarkers : asciiMarkers;
}
