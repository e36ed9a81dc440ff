import { element } from './element.js';
import type { ShownFigure } from './figure-view.js';
import { plotOrigin, scaleOf } from './figure-zoom.js';

/** A row of a figure. */
type Row = Readonly<Record<string, unknown>>;

/** A row where it is drawn. */
interface Place {
  readonly row: Row;
  readonly x: number;
  readonly y: number;
}

/** A pointer farther from every value than this, in pixels, is on none. */
const NEAR = 40;

/** Tells the values of the point under the pointer, or of the one to which the arrow keys have moved. */
export class FigureReader {
  private readonly marker = element('div', { class: 'marker', hidden: '' });
  private readonly tip = element('div', { class: 'tip', hidden: '', 'aria-hidden': 'true' });
  private current: Row | undefined;

  constructor(
    private readonly shown: ShownFigure,
    private readonly output: HTMLOutputElement,
  ) {
    const { plot } = shown;
    plot.append(this.marker, this.tip);
    plot.addEventListener('pointermove', (event) => this.point(event));
    plot.addEventListener('pointerleave', () => this.clear());
    plot.addEventListener('keydown', (event) => this.step(event));
    plot.addEventListener('blur', () => this.clear());
  }

  /** Tells nothing any more. */
  clear(): void {
    this.current = undefined;
    this.marker.hidden = true;
    this.tip.hidden = true;
    this.output.textContent = '';
  }

  private rows(): readonly Row[] {
    const { figure, hidden } = this.shown;
    const rows = (figure.data.curve ?? figure.data.cells ?? []) as readonly Row[];
    return rows.filter((row) => !hidden.has(String(row._series)));
  }

  /** Where a row is drawn, its heights on the plot; none for a row beyond its edges. */
  private places(rows: readonly Row[]): readonly Place[] {
    const { figure } = this.shown;
    const [across, up] = [scaleOf(this.shown, 'x'), scaleOf(this.shown, 'y')];
    const [left, top] = plotOrigin(this.shown);
    const isInside = (position: number, range: readonly number[]) =>
      position >= Math.min(...range) - 1 && position <= Math.max(...range) + 1;
    return rows.flatMap((row) =>
      figure.heights.flatMap((name) => {
        const [a, b] = [row[figure.x], row[name]];
        if (typeof a !== 'number' || typeof b !== 'number') return [];
        const [x, y] = [across(a), up(b)];
        return isInside(x, across.range()) && isInside(y, up.range())
          ? [{ row, x: x + left, y: y + top }]
          : [];
      }),
    );
  }

  private point(event: PointerEvent): void {
    const box = this.shown.plot.getBoundingClientRect();
    const [x, y] = [event.clientX - box.left, event.clientY - box.top];
    let nearest: Place | undefined;
    let least = NEAR;
    for (const place of this.places(this.rows())) {
      const distance = Math.hypot(place.x - x, place.y - y);
      if (distance < least) [nearest, least] = [place, distance];
    }
    if (nearest === undefined) this.clear();
    else this.tell(nearest);
  }

  private step(event: KeyboardEvent): void {
    const sideways = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0;
    const upwards = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0;
    if (event.key === 'Escape') this.clear();
    if (sideways === 0 && upwards === 0) return;
    event.preventDefault();
    const places = this.places(this.rows());
    const rows = [...new Set(places.map(({ row }) => row))];
    if (rows.length === 0) return;
    const next =
      this.current === undefined ? rows[0]! : this.neighbour(rows, this.current, sideways, upwards);
    const place = places.find(({ row }) => row === next);
    if (place !== undefined) this.tell(place);
  }

  /** The next row of the same series, or the row of the next series that is nearest. */
  private neighbour(rows: readonly Row[], from: Row, sideways: number, upwards: number): Row {
    const { figure } = this.shown;
    if (upwards === 0) {
      const line = rows.filter(({ _series }) => _series === from._series);
      return line[line.indexOf(from) + sideways] ?? from;
    }
    const names = [...new Set(rows.map(({ _series }) => _series))];
    const name = names[names.indexOf(from._series) + upwards];
    const line = rows.filter(({ _series }) => _series === name);
    const distance = (row: Row) => Math.abs(Number(row[figure.x]) - Number(from[figure.x]));
    return line.reduce((best, row) => (distance(row) < distance(best) ? row : best), line[0] ?? from);
  }

  /** Numbers are told as the table and its CSV file have them. */
  private tell({ row, x, y }: Place): void {
    this.current = row;
    const { figure, plot } = this.shown;
    const lines = figure.values.map((name) => `${name} ${row[name] === null ? '–' : String(row[name])}`);
    this.tip.replaceChildren(...lines.map((line) => element('div', {}, [line])));
    this.output.textContent = lines.join(' · ');
    this.marker.hidden = false;
    this.tip.hidden = false;
    this.marker.style.left = `${x}px`;
    this.marker.style.top = `${y}px`;
    const room = plot.clientWidth - x > this.tip.offsetWidth + 16;
    this.tip.style.left = `${room ? x + 12 : Math.max(0, x - 12 - this.tip.offsetWidth)}px`;
    this.tip.style.top = `${Math.max(0, y - this.tip.offsetHeight - 10)}px`;
  }
}
