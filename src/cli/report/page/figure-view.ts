import type { ScaleContinuousNumeric } from 'd3-scale';
import { parse, type Spec, View } from 'vega';
import { expressionInterpreter } from 'vega-interpreter';
import { button, element, onWidth, toggle } from './element.js';
import type { PageFigure, ScaleName } from './page-data.js';

const LEAST_DRAG = 8;

function scaleOf({ view }: ShownFigure, axis: 'x' | 'y') {
  return view.scale(axis) as ScaleContinuousNumeric<number, number>;
}

/** Zooms about the middle of the plot to a share of its axes; null for the whole figure. */
function zoomBy(shown: ShownFigure, factor: number | null): void {
  for (const axis of ['x', 'y'] as const) {
    const scale = scaleOf(shown, axis);
    const [from = 0, to = 0] = scale.range();
    const [middle, half] = [(from + to) / 2, (to - from) / 2];
    const domain =
      factor === null ? null : [scale.invert(middle - half * factor), scale.invert(middle + half * factor)];
    show(shown, axis, domain);
  }
  shown.view.run();
}

/** Shows a part of an axis, or all of it for null; nothing is done where its ends are the same or not finite. */
function show({ view }: ShownFigure, axis: 'x' | 'y', domain: readonly number[] | null): void {
  if (domain === null || (domain.every(Number.isFinite) && domain[0] !== domain[1]))
    view.signal(`${axis}_domain`, domain);
}

/** Zooms to a rectangle that is dragged, by the wheel with Ctrl, and by keys; a double click shows the whole figure. */
function addZoom(shown: ShownFigure): void {
  const { plot } = shown;
  const band = element('div', { class: 'band', hidden: '' });
  plot.append(band);
  let start: { x: number; y: number } | undefined;
  const at = (event: PointerEvent) => {
    const box = plot.getBoundingClientRect();
    return { x: event.clientX - box.left, y: event.clientY - box.top };
  };
  plot.addEventListener('pointerdown', (event) => {
    if (event.button === 0 && event.pointerType !== 'touch') start = at(event);
  });
  plot.addEventListener('pointermove', (event) => {
    if (start === undefined) return;
    const end = at(event);
    band.hidden = false;
    const [left, top] = [Math.min(start.x, end.x), Math.min(start.y, end.y)];
    const [width, height] = [Math.abs(end.x - start.x), Math.abs(end.y - start.y)];
    Object.assign(band.style, { left: `${left}px`, top: `${top}px`, width: `${width}px`, height: `${height}px` });
  });
  addEventListener('pointerup', (event) => {
    const from = start;
    start = undefined;
    band.hidden = true;
    if (from === undefined) return;
    const to = at(event);
    if (Math.abs(to.x - from.x) < LEAST_DRAG || Math.abs(to.y - from.y) < LEAST_DRAG) return;
    const [left, top] = plotOrigin(shown);
    zoomTo(shown, 'x', [from.x - left, to.x - left]);
    zoomTo(shown, 'y', [from.y - top, to.y - top]);
    shown.view.run();
  });
  plot.addEventListener('dblclick', () => zoomBy(shown, null));
  plot.addEventListener(
    'wheel',
    (event) => {
      if (!event.ctrlKey && !event.metaKey) return;
      event.preventDefault();
      zoomBy(shown, event.deltaY < 0 ? 0.85 : 1 / 0.85);
    },
    { passive: false },
  );
  const keys: Readonly<Record<string, number | null>> = { '+': 0.7, '=': 0.7, '-': 1 / 0.7, 0: null };
  plot.addEventListener('keydown', ({ key }) => {
    const factor = keys[key];
    if (factor !== undefined) zoomBy(shown, factor);
  });
}

function zoomTo(shown: ShownFigure, axis: 'x' | 'y', positions: readonly [number, number]): void {
  const scale = scaleOf(shown, axis);
  const ends = scale.range().map(Number);
  const [least, most] = [Math.min(...ends), Math.max(...ends)];
  const inside = positions.map((position) => scale.invert(Math.min(most, Math.max(least, position))));
  inside.sort((a, b) => a - b);
  show(shown, axis, inside);
}

function plotOrigin({ view, plot }: ShownFigure): readonly [number, number] {
  const drawing = plot.querySelector('svg')?.getBoundingClientRect();
  const box = plot.getBoundingClientRect();
  const [left = 0, top = 0] = view.origin();
  const padding = view.padding();
  const [aside, above] = typeof padding === 'number' ? [padding, padding] : [padding.left ?? 0, padding.top ?? 0];
  return [(drawing?.left ?? 0) - box.left + left + aside, (drawing?.top ?? 0) - box.top + top + above];
}

type Row = Readonly<Record<string, unknown>>;

interface Place {
  readonly row: Row;
  readonly x: number;
  readonly y: number;
}

/** A pointer farther from every value than this, in pixels, is on none. */
const NEAR = 40;

class FigureReader {
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
        return isInside(x, across.range()) && isInside(y, up.range()) ? [{ row, x: x + left, y: y + top }] : [];
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
    else this.showValues(nearest);
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
    const next = this.current === undefined ? rows[0]! : this.neighbour(rows, this.current, sideways, upwards);
    const place = places.find(({ row }) => row === next);
    if (place !== undefined) this.showValues(place);
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

  /** Numbers are shown as the table and its CSV file have them. */
  private showValues({ row, x, y }: Place): void {
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

interface ShownFigure {
  readonly figure: PageFigure;
  readonly plot: HTMLElement;
  view: View;
  readonly hidden: Set<string>;
  redraw(): void;
}

const HEIGHT_OF_WIDTH = 0.56;
const LEAST_HEIGHT = 260;

export function showFigure(place: HTMLElement, figure: PageFigure): void {
  const plot = place.querySelector<HTMLElement>('.plot');
  if (plot === null) return;
  const canvas = element('div', { class: 'canvas', 'aria-hidden': 'true' });
  const output = element('output', { class: 'values', 'aria-live': 'polite' });
  plot.append(canvas);
  let scales = figure.scales;
  const hidden = new Set<string>();
  const shown: ShownFigure = { figure, plot, view: draw(figure, scales, canvas), hidden, redraw };
  const reader = new FigureReader(shown, output);

  function redraw(): void {
    shown.view.finalize();
    canvas.replaceChildren();
    shown.view = draw(figure, scales, canvas);
    shown.view.signal('hidden', [...hidden]);
    resize();
    reader.clear();
  }
  function resize(): void {
    const width = Math.max(240, plot!.clientWidth - 8);
    shown.view
      .width(width)
      .height(Math.max(LEAST_HEIGHT, width * HEIGHT_OF_WIDTH))
      .run();
  }
  resize();
  onWidth(place, () => {
    resize();
    reader.clear();
  });
  addZoom(shown);
  const choose = (next: ScaleName) => {
    scales = next;
    redraw();
  };
  plot.before(element('div', { class: 'controls' }, controls(shown, choose)));
  plot.after(output);
}

/** A view that draws without evaluating code, which the page's security policy forbids. */
export function svgView(spec: Spec, container: HTMLElement): View {
  const runtime = parse(spec, undefined, { ast: true });
  return new View(runtime, { renderer: 'svg', container, expr: expressionInterpreter, hover: false });
}

function draw(figure: PageFigure, scales: ScaleName, canvas: HTMLElement): View {
  const spec = structuredClone(figure.specs[scales]) as Spec;
  for (const source of spec.data ?? []) {
    const rows = figure.data[source.name];
    // A view marks the rows that it draws, so each gets its own.
    if (rows !== undefined) Object.assign(source, { values: structuredClone(rows) });
  }
  return svgView(spec, canvas).run();
}

function controls(shown: ShownFigure, choose: (next: ScaleName) => void): readonly Node[] {
  const { figure } = shown;
  const kinds = figure.scales.split('-');
  const zoom = element('div', { role: 'group', 'aria-label': 'Zoom' }, [
    button('+', () => zoomBy(shown, 0.7), 'Zoom in'),
    button('−', () => zoomBy(shown, 1 / 0.7), 'Zoom out'),
    button('Whole figure', () => zoomBy(shown, null)),
  ]);
  if (figure.kind === 'map') return [zoom];
  const axes = (['x', 'y'] as const).map((axis, at) => {
    const box = element('input', { type: 'checkbox' });
    box.checked = kinds[at] === 'log';
    box.addEventListener('change', () => {
      kinds[at] = box.checked ? 'log' : 'linear';
      choose(kinds.join('-') as ScaleName);
    });
    return element('label', {}, [box, ` log ${axis}`]);
  });
  return [legend(shown), element('div', { role: 'group', 'aria-label': 'Scales' }, axes), zoom];
}

function legend(shown: ShownFigure): Node {
  const { figure, hidden } = shown;
  if (figure.series.length < 2) return document.createTextNode('');
  const entries = figure.series.map(({ name, colour }) => {
    const swatch = element('span', { class: 'swatch', 'aria-hidden': 'true' });
    swatch.style.background = colour;
    return toggle([swatch, name], name, hidden, () => shown.redraw());
  });
  const title = figure.seriesTitle;
  return element('div', { class: 'legend', role: 'group', 'aria-label': `Series by ${title}` }, [
    element('span', {}, [title]),
    ...entries,
  ]);
}
