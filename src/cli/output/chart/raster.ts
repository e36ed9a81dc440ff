/** One character cell of a drawing. */
interface RasterCell {
  /** Dots of lines that cross it, one bit each. */
  dots: number;
  /** A character in the place of the dots. */
  glyph: string;
  /** Series that drew last, or −1. */
  series: number;
}

/** A dot of a raster: column from the left, row from the top, both in dots. */
export interface Dot {
  readonly x: number;
  readonly y: number;
}

// Unicode numbers the eight dots of a braille cell column by column, except for the lowest row.
const BRAILLE_BITS = [
  [0x01, 0x08],
  [0x02, 0x10],
  [0x04, 0x20],
  [0x40, 0x80],
] as const;
const BRAILLE_START = 0x2800;
const ASCII_BITS = [[1], [2]] as const;
const ASCII_DOTS = [' ', "'", '.', ':'] as const;

/**
 * A drawing area of `width` by `height` character cells with finer dots in each: 2 by 4 in braille, 1 by 2 in ASCII.
 * Whatever lies outside is not drawn.
 */
export class Raster {
  readonly dotsAcross: number;
  readonly dotsDown: number;
  private readonly bits: readonly (readonly number[])[];
  private readonly cells: RasterCell[];

  constructor(
    readonly width: number,
    readonly height: number,
    private readonly unicode: boolean,
  ) {
    this.bits = unicode ? BRAILLE_BITS : ASCII_BITS;
    this.dotsDown = height * this.bits.length;
    this.dotsAcross = width * this.bits[0]!.length;
    this.cells = Array.from({ length: width * height }, () => ({ dots: 0, glyph: '', series: -1 }));
  }

  /** Draws a straight line between two dots, ends included (Bresenham). */
  line(from: Dot, to: Dot, series: number): void {
    const across = Math.abs(to.x - from.x);
    const down = -Math.abs(to.y - from.y);
    let { x, y } = from;
    let error = across + down;
    for (;;) {
      this.dot(x, y, series);
      if (x === to.x && y === to.y) return;
      const doubled = 2 * error;
      if (doubled >= down) {
        error += down;
        x += Math.sign(to.x - from.x);
      }
      if (doubled <= across) {
        error += across;
        y += Math.sign(to.y - from.y);
      }
    }
  }

  /** Puts a character into the cell at a column and row of cells. */
  glyph(column: number, row: number, glyph: string, series: number): void {
    const cell = this.cellAt(column, row);
    if (cell === undefined) return;
    cell.glyph = glyph;
    cell.series = series;
  }

  /** Whether nothing has been drawn in a cell; false outside. */
  isFree(column: number, row: number): boolean {
    const cell = this.cellAt(column, row);
    return cell !== undefined && cell.dots === 0 && cell.glyph === '';
  }

  /** The cell of a dot. */
  cellOf(dot: Dot): { column: number; row: number } {
    return {
      column: Math.floor(dot.x / this.bits[0]!.length),
      row: Math.floor(dot.y / this.bits.length),
    };
  }

  /** A row of cells as text; `paint` colours each run of one series. */
  row(row: number, paint: (series: number, text: string) => string): string {
    let text = '';
    let run = '';
    let runSeries = -1;
    for (let column = 0; column < this.width; column++) {
      const cell = this.cells[row * this.width + column]!;
      if (cell.series !== runSeries) {
        text += runSeries < 0 ? run : paint(runSeries, run);
        run = '';
        runSeries = cell.series;
      }
      run += this.character(cell);
    }
    return text + (runSeries < 0 ? run : paint(runSeries, run));
  }

  private character(cell: RasterCell): string {
    if (cell.glyph !== '') return cell.glyph;
    if (cell.dots === 0) return ' ';
    return this.unicode ? String.fromCharCode(BRAILLE_START + cell.dots) : ASCII_DOTS[cell.dots]!;
  }

  private dot(x: number, y: number, series: number): void {
    const { column, row } = this.cellOf({ x, y });
    const cell = this.cellAt(column, row);
    if (cell === undefined) return;
    cell.dots |= this.bits[y % this.bits.length]![x % this.bits[0]!.length]!;
    cell.series = series;
  }

  private cellAt(column: number, row: number): RasterCell | undefined {
    if (column < 0 || column >= this.width || row < 0 || row >= this.height) return undefined;
    return this.cells[row * this.width + column];
  }
}
