import { type ParallelAxis, valueAt } from '../../sweep-figures/parallel-data.js';
import { element } from './element.js';

const [STEP, PAGE_STEP] = [0.01, 0.1];
/** A drag over less than this share of the axis is a click, which clears the range. */
const LEAST_DRAG = 0.01;

/** A range on an axis: dragged with the pointer, or set by two handles that are sliders to the keyboard. */
export class AxisBrush {
  readonly elements: readonly HTMLElement[];
  private readonly strip = element('div', { class: 'strip' });
  private readonly band = element('div', { class: 'band', hidden: '' });
  private readonly handles: readonly [HTMLElement, HTMLElement];
  private ends: [number, number] = [0, 1];
  private top = 0;
  private height = 1;

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

  /** The range in words, or null for the whole axis. */
  get words(): string | null {
    if (this.range === null) return null;
    return `${this.name} ${valueAt(this.axis, this.ends[0])} to ${valueAt(this.axis, this.ends[1])}`;
  }

  /** Puts everything where the axis is drawn. */
  place(x: number, top: number, height: number): void {
    this.top = top;
    this.height = height;
    for (const one of this.elements) one.style.left = `${x}px`;
    this.strip.style.top = `${top}px`;
    this.strip.style.height = `${height}px`;
    this.mark();
  }

  /** The whole axis again. */
  clear(): void {
    this.ends = [0, 1];
    this.mark();
  }

  remove(): void {
    for (const one of this.elements) one.remove();
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
    switch (key) {
      case 'ArrowUp':
      case 'ArrowRight':
        return at + step;
      case 'ArrowDown':
      case 'ArrowLeft':
        return at - step;
      case 'PageUp':
        return at + Math.max(step, PAGE_STEP);
      case 'PageDown':
        return at - Math.max(step, PAGE_STEP);
      case 'Home':
      case 'Escape':
        return 0;
      case 'End':
        return 1;
      default:
        return undefined;
    }
  }

  private drag(event: PointerEvent): void {
    const box = this.strip.getBoundingClientRect();
    const heightOf = ({ clientY }: PointerEvent) =>
      Math.max(0, Math.min(1, 1 - (clientY - box.top) / box.height));
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
    const y = (height: number) => this.top + this.height * (1 - height);
    this.band.hidden = this.range === null;
    this.band.style.top = `${y(this.ends[1])}px`;
    this.band.style.height = `${this.height * (this.ends[1] - this.ends[0])}px`;
    this.handles.forEach((handle, which) => {
      const at = this.ends[which as 0 | 1];
      handle.style.top = `${y(at)}px`;
      handle.setAttribute('aria-valuenow', String(Math.round(100 * at)));
      handle.setAttribute('aria-valuetext', valueAt(this.axis, at));
    });
  }
}
