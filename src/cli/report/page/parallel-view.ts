import { symbolText } from '../../figures/figure-axis.js';
import { PAGE } from '../../figures/theme.js';
import { type ParallelAxis, type ParallelData, valueAt } from '../../sweep-figures/parallel-spec.js';
import type { Mark } from '../../sweep-figures/sweep-rows.js';
import { MARK_WORDS } from '../../sweep-figures/sweep-style.js';
import { button, element, toggle } from './element.js';

const HEIGHT = 340;
/** Room above the axes for their names, at the sides for the numbers at their ends, and below for each kind without a number. */
const [TOP, SIDE, SLOT] = [44, 48, 22];
const yOf = (place: number) => TOP + HEIGHT * (1 - place);

const [STEP, PAGE_STEP] = [0.01, 0.1];
/** A drag over less than this share of the axis is a click, which clears the range. */
const LEAST_DRAG = 0.01;

/** A range on an axis: dragged with the pointer, or set by two handles that are sliders to the keyboard. */
class AxisBrush {
  readonly elements: readonly HTMLElement[];
  private readonly strip = element('div', { class: 'strip' });
  private readonly band = element('div', { class: 'band', hidden: '' });
  private readonly handles: readonly [HTMLElement, HTMLElement];
  private ends: [number, number] = [0, 1];

  constructor(
    private readonly axis: ParallelAxis,
    private readonly name: string,
    private readonly changed: () => void,
  ) {
    this.handles = [this.handle(0), this.handle(1)];
    this.elements = [this.strip, this.band, ...this.handles];
    this.strip.addEventListener('pointerdown', (event) => this.drag(event));
    this.strip.addEventListener('dblclick', () => this.set([0, 1]));
    this.mark();
  }

  /** Heights from and to, or null for the whole axis. */
  get range(): readonly [number, number] | null {
    return this.ends[0] <= 0 && this.ends[1] >= 1 ? null : this.ends;
  }

  get words(): string | null {
    if (this.range === null) return null;
    return `${this.name} ${valueAt(this.axis, this.ends[0])} to ${valueAt(this.axis, this.ends[1])}`;
  }

  place(x: number): void {
    for (const one of this.elements) one.style.left = `${x}px`;
    this.strip.style.top = `${TOP}px`;
    this.strip.style.height = `${HEIGHT}px`;
    this.mark();
  }

  clear(): void {
    this.ends = [0, 1];
    this.mark();
  }

  private set(ends: [number, number]): void {
    this.ends = ends;
    this.mark();
    this.changed();
  }

  private handle(which: 0 | 1): HTMLElement {
    const handle = element('div', {
      class: 'handle',
      role: 'slider',
      tabindex: '0',
      'aria-orientation': 'vertical',
      'aria-label': `${this.name}, ${which === 0 ? 'from' : 'up to'}`,
      'aria-valuemin': '0',
      'aria-valuemax': '100',
    });
    handle.addEventListener('keydown', (event) => {
      const next = this.moved(event.key, which);
      if (next === undefined) return;
      event.preventDefault();
      const ends: [number, number] = [...this.ends];
      ends[which] = Math.max(which === 0 ? 0 : ends[0], Math.min(which === 0 ? ends[1] : 1, next));
      this.set(event.key === 'Escape' ? [0, 1] : ends);
    });
    return handle;
  }

  private moved(key: string, which: 0 | 1): number | undefined {
    const at = this.ends[which];
    const step = this.axis.kind === 'text' ? 1 / Math.max(1, this.axis.ends.length - 1) : STEP;
    const steps: Readonly<Record<string, number>> = {
      ArrowUp: at + step,
      ArrowRight: at + step,
      ArrowDown: at - step,
      ArrowLeft: at - step,
      PageUp: at + Math.max(step, PAGE_STEP),
      PageDown: at - Math.max(step, PAGE_STEP),
      Home: 0,
      Escape: 0,
      End: 1,
    };
    return steps[key];
  }

  private drag(event: PointerEvent): void {
    const box = this.strip.getBoundingClientRect();
    const heightOf = ({ clientY }: PointerEvent) => Math.max(0, Math.min(1, 1 - (clientY - box.top) / box.height));
    const from = heightOf(event);
    const move = (next: PointerEvent) => {
      const to = heightOf(next);
      this.set(Math.abs(to - from) < LEAST_DRAG ? [0, 1] : [Math.min(from, to), Math.max(from, to)]);
    };
    const end = (next: PointerEvent) => {
      move(next);
      this.strip.removeEventListener('pointermove', move);
    };
    this.strip.setPointerCapture(event.pointerId);
    this.strip.addEventListener('pointermove', move);
    this.strip.addEventListener('pointerup', end, { once: true });
    event.preventDefault();
  }

  private mark(): void {
    this.band.hidden = this.range === null;
    this.band.style.top = `${yOf(this.ends[1])}px`;
    this.band.style.height = `${HEIGHT * (this.ends[1] - this.ends[0])}px`;
    this.handles.forEach((handle, which) => {
      const at = this.ends[which as 0 | 1];
      handle.style.top = `${yOf(at)}px`;
      handle.setAttribute('aria-valuenow', String(Math.round(100 * at)));
      handle.setAttribute('aria-valuetext', valueAt(this.axis, at));
    });
  }
}

/** Colours are put into so many groups, each of which is drawn at once. */
const GROUPS = 24;
/** Segments of a path that is drawn at once; longer ones take longer for each of theirs. */
const SEGMENTS_AT_ONCE = 600;
const MOST_TEXTS = 12;

function markSlots({ marks }: ParallelData): Mark[] {
  const found = new Set(marks);
  return (['diverged', 'run failed', 'no number'] as const).filter((mark) => found.has(mark));
}

/** Rows by the shade of their result, those without a number apart, and those that fade. */
function grouped(data: ParallelData, chosen: Uint8Array, hidden: ReadonlySet<Mark | 'number'>) {
  const groups: number[][] = Array.from({ length: GROUPS }, () => []);
  const [faded, lacking]: [number[], number[]] = [[], []];
  const { heights } = data.axes.at(-1)!;
  for (let row = 0; row < data.count; row++) {
    const height = heights[row]!;
    if (hidden.has(kindOf(data, row))) continue;
    if (chosen[row] === 0) faded.push(row);
    else if (Number.isNaN(height)) lacking.push(row);
    else groups[Math.min(GROUPS - 1, Math.floor(height * GROUPS))]!.push(row);
  }
  return { groups, faded, lacking };
}

/** Draws lines and axes; `chosen` is 1 for each line that does not fade. */
function drawLines(
  context: CanvasRenderingContext2D,
  data: ParallelData,
  across: readonly number[],
  chosen: Uint8Array,
  hidden: ReadonlySet<Mark | 'number'>,
): void {
  const { canvas } = context;
  const style = getComputedStyle(canvas);
  const [ink, faint, background] = ['--ink', '--faint', '--background'].map((name) =>
    style.getPropertyValue(name).trim(),
  );
  const { axes, marks } = data;
  const slots = markSlots(data);
  const last = axes.length - 1;
  const heightOf = (row: number, axis: number) => {
    const place = axes[axis]!.heights[row]!;
    if (!Number.isNaN(place)) return yOf(place);
    const mark = marks[row];
    return axis < last || mark == null ? undefined : yOf(0) + SLOT * (1 + slots.indexOf(mark));
  };
  const stroke = (rows: readonly number[], colour: string) => {
    context.strokeStyle = colour;
    let segments = 0;
    context.beginPath();
    for (const row of rows) {
      let isOpen = false;
      for (let axis = 0; axis <= last; axis++) {
        const y = heightOf(row, axis);
        if (y === undefined) isOpen = false;
        else {
          if (isOpen) context.lineTo(across[axis]!, y);
          else context.moveTo(across[axis]!, y);
          isOpen = true;
          segments++;
        }
      }
      if (segments < SEGMENTS_AT_ONCE) continue;
      context.stroke();
      context.beginPath();
      segments = 0;
    }
    context.stroke();
  };
  context.clearRect(0, 0, canvas.width, canvas.height);
  const { faded, groups, lacking } = grouped(data, chosen, hidden);
  // Where many lines lie over each other, each is fainter.
  const thin = Math.min(1, Math.sqrt(300 / data.count));
  context.lineWidth = 1;
  context.globalAlpha = 0.18 * thin;
  stroke(faded, faint!);
  context.globalAlpha = 0.75 * thin;
  groups.forEach((rows, group) => {
    stroke(rows, PAGE.shades[Math.round((group / (GROUPS - 1)) * (PAGE.shades.length - 1))]!);
  });
  context.setLineDash([4, 3]);
  stroke(lacking, ink!);
  context.setLineDash([]);
  context.globalAlpha = 1;
  Object.assign(context, { font: `12px ${style.fontFamily}`, lineWidth: 1.2, strokeStyle: ink, fillStyle: ink });
  const write = (text: string, x: number, y: number) => {
    context.save();
    Object.assign(context, { strokeStyle: background, lineWidth: 4, lineJoin: 'round' });
    context.strokeText(text, x, y);
    context.restore();
    context.fillText(text, x, y);
  };
  axes.forEach((axis, index) => {
    const x = across[index]!;
    context.beginPath();
    context.moveTo(x, TOP);
    context.lineTo(x, yOf(0));
    context.stroke();
    context.textAlign = 'center';
    write(symbolText(axis.column), x, TOP - 22);
    context.textAlign = index === last ? 'right' : 'left';
    const aside = index === last ? -8 : 8;
    const texts = axis.kind === 'text' ? Math.min(axis.ends.length, MOST_TEXTS) : 5;
    for (let tick = 0; tick < texts; tick++) {
      const place = texts === 1 ? 0 : tick / (texts - 1);
      write(valueAt(axis, place), x + aside, yOf(place) + 4);
    }
  });
  for (const [at, mark] of slots.entries()) write(MARK_WORDS[mark], across[last]! - 8, yOf(0) + SLOT * (1 + at) + 4);
}

/** Tens of thousands of lines on a canvas: a range chosen on an axis leaves the lines within and fades the others. */
export class ParallelView {
  readonly figure: HTMLElement;
  private readonly canvas = element('canvas', { 'aria-hidden': 'true' });
  private readonly plot = element('div', { class: 'parallel' }, [this.canvas]);
  private readonly description = element('p', { class: 'description' });
  private readonly output = element('output', { class: 'values', 'aria-live': 'polite' });
  private readonly legend = element('div', { class: 'controls', role: 'group', 'aria-label': 'Lines' });
  private readonly hidden = new Set<Mark | 'number'>();
  private data: ParallelData | undefined;
  private brushes: AxisBrush[] = [];
  private waiting = 0;

  constructor(id: string) {
    this.figure = element('figure', { class: 'figure', 'aria-labelledby': id }, [
      element('figcaption', { id }, ['Parallel coordinates']),
      this.description,
      this.legend,
      this.plot,
      this.output,
    ]);
    matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => this.draw());
  }

  show(data: ParallelData, words: string): void {
    this.data = data;
    this.hidden.clear();
    this.description.textContent = `${words} Drag on an axis, or move its two handles with the arrow keys, to choose a range.`;
    for (const one of this.brushes.flatMap(({ elements }) => elements)) one.remove();
    this.brushes = data.axes.map((axis) => new AxisBrush(axis, symbolText(axis.column), () => this.later()));
    for (const brush of this.brushes) this.plot.append(...brush.elements);
    this.fillLegend(data);
    this.resize();
  }

  resize(): void {
    const { data } = this;
    if (data === undefined) return;
    const width = Math.max(280, this.plot.clientWidth);
    const height = HEIGHT + TOP + SLOT * (markSlots(data).length + 1);
    const ratio = devicePixelRatio || 1;
    this.canvas.width = Math.round(width * ratio);
    this.canvas.height = Math.round(height * ratio);
    this.canvas.style.width = `${width}px`;
    this.canvas.style.height = `${height}px`;
    const across = this.across(data);
    for (const [index, brush] of this.brushes.entries()) brush.place(across[index]!);
    this.draw();
  }

  private across({ axes }: ParallelData): readonly number[] {
    const width = this.canvas.width / (devicePixelRatio || 1);
    const step = axes.length < 2 ? 0 : (width - 2 * SIDE) / (axes.length - 1);
    return axes.map((_, index) => SIDE + index * step);
  }

  /** Drags come faster than frames. */
  private later(): void {
    cancelAnimationFrame(this.waiting);
    this.waiting = requestAnimationFrame(() => this.draw());
  }

  private draw(): void {
    const { data } = this;
    const context = this.canvas.getContext('2d');
    if (data === undefined || context === null) return;
    const started = performance.now();
    const chosen = this.chosen(data);
    const ratio = devicePixelRatio || 1;
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    drawLines(context, data, this.across(data), chosen, this.hidden);
    const ranges = this.brushes.flatMap((brush) => brush.words ?? []);
    const count = chosen.reduce((sum, one) => sum + one, 0);
    this.output.textContent =
      ranges.length === 0 && this.hidden.size === 0
        ? `${data.count} lines`
        : `${count} of ${data.count} lines${ranges.length === 0 ? '' : ` within ${ranges.join(', ')}`}`;
    this.figure.dataset.milliseconds = String(Math.round(performance.now() - started));
  }

  /** 1 for each line that lies within every range. */
  private chosen(data: ParallelData): Uint8Array {
    const chosen = new Uint8Array(data.count).fill(1);
    data.axes.forEach(({ heights }, index) => {
      const range = this.brushes[index]?.range;
      if (range == null) return;
      const [low, high] = range;
      for (let row = 0; row < data.count; row++) if (!(heights[row]! >= low && heights[row]! <= high)) chosen[row] = 0;
    });
    for (let row = 0; row < data.count; row++) if (this.hidden.has(kindOf(data, row))) chosen[row] = 0;
    return chosen;
  }

  private fillLegend(data: ParallelData): void {
    const counts = new Map<Mark | 'number', number>();
    for (let row = 0; row < data.count; row++) {
      const kind = kindOf(data, row);
      counts.set(kind, (counts.get(kind) ?? 0) + 1);
    }
    const entries = [...counts].map(([kind, count]) => {
      const words = kind === 'number' ? 'with a number' : MARK_WORDS[kind];
      return toggle([`${words} (${count})`], kind, this.hidden, () => this.draw());
    });
    const clear = button('Clear all ranges', () => {
      for (const brush of this.brushes) brush.clear();
      this.draw();
    });
    this.legend.replaceChildren(...(entries.length > 1 ? entries : []), clear);
  }
}

function kindOf({ marks }: ParallelData, row: number): Mark | 'number' {
  return marks[row] ?? 'number';
}
