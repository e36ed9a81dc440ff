import { symbolText } from '../../figures/figure-axis.js';
import type { Mark } from '../../sweep-figures/gathered.js';
import type { ParallelData } from '../../sweep-figures/parallel-data.js';
import { MARK_WORDS } from '../../sweep-figures/sweep-style.js';
import { AxisBrush } from './axis-brush.js';
import { button, element } from './element.js';
import { drawLines, type LinePlaces, markSlots } from './parallel-lines.js';

const HEIGHT = 340;
/** Room above the axes for their names, and at the sides for the numbers at their ends. */
const [TOP, SIDE, SLOT] = [44, 48, 22];

/**
 * Parallel coordinates on a canvas, for tens of thousands of lines: a range that is chosen on an axis, by dragging or with the keys of
 * its two handles, leaves the lines within and fades the others.
 */
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
    for (const brush of this.brushes) brush.remove();
    this.brushes = data.axes.map((axis) => new AxisBrush(axis, symbolText(axis.column), () => this.later()));
    for (const brush of this.brushes) this.plot.append(...brush.elements);
    this.fillLegend(data);
    this.resize();
  }

  /** Takes the width that there is. */
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
    const { across } = this.places(data);
    for (const [index, brush] of this.brushes.entries()) brush.place(across[index]!, TOP, HEIGHT);
    this.draw();
  }

  private places({ axes }: ParallelData): LinePlaces {
    const width = this.canvas.width / (devicePixelRatio || 1);
    const step = axes.length < 2 ? 0 : (width - 2 * SIDE) / (axes.length - 1);
    return { across: axes.map((_, index) => SIDE + index * step), top: TOP, height: HEIGHT, slot: SLOT };
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
    drawLines(context, data, this.places(data), chosen, this.hidden);
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
      for (let row = 0; row < data.count; row++)
        if (!(heights[row]! >= low && heights[row]! <= high)) chosen[row] = 0;
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
      const entry = button(`${words} (${count})`, () => {
        const isHidden = !this.hidden.delete(kind);
        if (isHidden) this.hidden.add(kind);
        entry.setAttribute('aria-pressed', String(!isHidden));
        this.draw();
      });
      entry.setAttribute('aria-pressed', 'true');
      return entry;
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
