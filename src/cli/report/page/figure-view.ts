import { parse, type Spec, View } from 'vega';
import { expressionInterpreter } from 'vega-interpreter';
import { button, element } from './element.js';
import { FigureReader } from './figure-reader.js';
import { addZoom, zoomBy } from './figure-zoom.js';
import type { PageFigure, ScaleName } from './page-data.js';

/** A figure on the page: what is drawn now, and how to draw it anew. */
export interface ShownFigure {
  readonly figure: PageFigure;
  readonly plot: HTMLElement;
  view: View;
  /** Names of the series that are hidden. */
  readonly hidden: Set<string>;
  /** Draws again after a change of scales or series. */
  redraw(): void;
}

const HEIGHT_OF_WIDTH = 0.56;
const LEAST_HEIGHT = 260;

/** Draws a figure, and adds its legend, its scales and its zoom. */
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
  const chooseScales = (next: ScaleName) => {
    scales = next;
    redraw();
  };
  resize();
  let across = place.clientWidth;
  new ResizeObserver(() => {
    if (place.clientWidth === across) return;
    across = place.clientWidth;
    resize();
    reader.clear();
  }).observe(place);
  addZoom(shown);
  place.insertBefore(
    element(
      'div',
      { class: 'controls' },
      controls(shown, () => scales, chooseScales),
    ),
    plot,
  );
  place.insertBefore(output, plot.nextSibling);
}

function draw(figure: PageFigure, scales: ScaleName, canvas: HTMLElement): View {
  const spec = structuredClone(figure.specs[scales]) as Spec;
  for (const source of spec.data ?? []) {
    const rows = figure.data[source.name];
    // A view marks the rows that it draws, so each gets its own.
    if (rows !== undefined) Object.assign(source, { values: structuredClone(rows) });
  }
  const runtime = parse(spec, undefined, { ast: true });
  return new View(runtime, {
    renderer: 'svg',
    container: canvas,
    expr: expressionInterpreter,
    hover: false,
  }).run();
}

function controls(
  shown: ShownFigure,
  scales: () => ScaleName,
  choose: (next: ScaleName) => void,
): readonly Node[] {
  const { figure } = shown;
  const zoom = element('div', { role: 'group', 'aria-label': 'Zoom' }, [
    button('+', () => zoomBy(shown, 0.7)),
    button('−', () => zoomBy(shown, 1 / 0.7)),
    button('Whole figure', () => zoomBy(shown, null)),
  ]);
  zoom.children[0]?.setAttribute('aria-label', 'Zoom in');
  zoom.children[1]?.setAttribute('aria-label', 'Zoom out');
  if (figure.kind === 'map') return [zoom];
  const axes = (['x', 'y'] as const).map((axis, at) => {
    const box = element('input', { type: 'checkbox' });
    box.checked = scales().split('-')[at] === 'log';
    box.addEventListener('change', () => {
      const kinds = scales().split('-');
      kinds[at] = box.checked ? 'log' : 'linear';
      choose(kinds.join('-') as ScaleName);
    });
    return element('label', {}, [box, ` log ${axis}`]);
  });
  return [legend(shown), element('div', { role: 'group', 'aria-label': 'Scales' }, axes), zoom];
}

/** One button for each series, which hides and shows it. */
function legend(shown: ShownFigure): Node {
  const { figure, hidden } = shown;
  if (figure.series.length < 2) return document.createTextNode('');
  const entries = figure.series.map(({ name, colour }) => {
    const swatch = element('span', { class: 'swatch', 'aria-hidden': 'true' });
    swatch.style.background = colour;
    const entry = button('', () => {
      const isHidden = !hidden.delete(name);
      if (isHidden) hidden.add(name);
      entry.setAttribute('aria-pressed', String(!isHidden));
      shown.redraw();
    });
    entry.setAttribute('aria-pressed', 'true');
    entry.append(swatch, name);
    return entry;
  });
  const title = figure.seriesTitle;
  return element('div', { class: 'legend', role: 'group', 'aria-label': `Series by ${title}` }, [
    element('span', {}, [title]),
    ...entries,
  ]);
}
