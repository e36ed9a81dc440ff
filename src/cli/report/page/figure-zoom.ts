import { element } from './element.js';
import type { ShownFigure } from './figure-view.js';

/** A continuous scale of a figure. */
interface PlotScale {
  (value: number): number;
  invert(position: number): number;
  domain(): number[];
  range(): number[];
}

/** A drag shorter than this is a click. */
const LEAST_DRAG = 8;

/** The scale of an axis as it is drawn now. */
export function scaleOf({ view }: ShownFigure, axis: 'x' | 'y'): PlotScale {
  return view.scale(axis) as PlotScale;
}

/**
 * Zooms about the middle of the plot.
 *
 * @param factor share of the axes that stays; null for the whole figure
 */
export function zoomBy(shown: ShownFigure, factor: number | null): void {
  for (const axis of ['x', 'y'] as const) {
    const scale = scaleOf(shown, axis);
    const [from = 0, to = 0] = scale.range();
    const [middle, half] = [(from + to) / 2, (to - from) / 2];
    const domain =
      factor === null ? null : [scale.invert(middle - half * factor), scale.invert(middle + half * factor)];
    if (isDomain(domain)) shown.view.signal(`${axis}_domain`, domain);
  }
  shown.view.run();
}

/** Ends that differ and are finite, or none. */
function isDomain(domain: readonly number[] | null): boolean {
  return domain === null || (domain.every(Number.isFinite) && domain[0] !== domain[1]);
}

/** Zooms to a rectangle that is dragged, by the wheel with Ctrl, and by keys; a double click shows the whole figure. */
export function addZoom(shown: ShownFigure): void {
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
    band.style.left = `${Math.min(start.x, end.x)}px`;
    band.style.top = `${Math.min(start.y, end.y)}px`;
    band.style.width = `${Math.abs(end.x - start.x)}px`;
    band.style.height = `${Math.abs(end.y - start.y)}px`;
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
  plot.addEventListener('keydown', ({ key }) => {
    if (key === '+' || key === '=') zoomBy(shown, 0.7);
    else if (key === '-') zoomBy(shown, 1 / 0.7);
    else if (key === '0') zoomBy(shown, null);
  });
}

function zoomTo(shown: ShownFigure, axis: 'x' | 'y', positions: readonly [number, number]): void {
  const scale = scaleOf(shown, axis);
  const ends = scale.range().map(Number);
  const [least, most] = [Math.min(...ends), Math.max(...ends)];
  const inside = positions.map((position) => scale.invert(Math.min(most, Math.max(least, position))));
  const domain = inside.sort((a, b) => a - b);
  if (isDomain(domain)) shown.view.signal(`${axis}_domain`, domain);
}

/** Where the plot begins within its element, in pixels. */
export function plotOrigin({ view, plot }: ShownFigure): readonly [number, number] {
  const drawing = plot.querySelector('svg')?.getBoundingClientRect();
  const box = plot.getBoundingClientRect();
  const [left = 0, top = 0] = view.origin();
  const padding = view.padding();
  const [aside, above] =
    typeof padding === 'number' ? [padding, padding] : [padding.left ?? 0, padding.top ?? 0];
  return [(drawing?.left ?? 0) - box.left + left + aside, (drawing?.top ?? 0) - box.top + top + above];
}
