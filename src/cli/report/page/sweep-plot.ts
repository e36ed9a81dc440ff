import { logger, None, type View } from 'vega';
import { compile, type TopLevelSpec } from 'vega-lite';
import type { Cell } from '../../../sim/scenario/table.js';
import { element } from './element.js';
import { svgView } from './figure-view.js';
import { addTable } from './table-view.js';

type PlotRow = Readonly<Record<string, Cell>>;

export interface Shown {
  readonly spec: object;
  readonly words: string;
  readonly notes: readonly string[];
  readonly rows: readonly PlotRow[];
  /** Fields that a reader gets of a row. */
  readonly fields: readonly string[];
}

/** A figure of a sweep that is redrawn whenever something else is chosen; it shows a point's values on hover or by the arrow keys. */
export class SweepPlot {
  readonly figure: HTMLElement;
  private readonly canvas = element('div', { class: 'canvas', 'aria-hidden': 'true' });
  private readonly plot: HTMLElement;
  private readonly description: HTMLElement;
  private readonly notes = element('p', { class: 'note' });
  private readonly output = element('output', { class: 'values', 'aria-live': 'polite' });
  private readonly table = element('div');
  private view: View | undefined;
  private shown: Shown | undefined;
  private current = -1;

  constructor(
    id: string,
    private readonly title: string,
  ) {
    this.description = element('p', { class: 'description', id: `${id}-text` });
    this.plot = element(
      'div',
      {
        class: 'plot',
        tabindex: '0',
        role: 'application',
        'aria-roledescription': 'interactive chart',
        'aria-labelledby': id,
        'aria-describedby': `${id}-text ${id}-keys`,
      },
      [this.canvas],
    );
    this.figure = element('figure', { class: 'figure', 'aria-labelledby': id }, [
      element('figcaption', { id }, [title]),
      this.description,
      this.plot,
      element('p', { class: 'visually-hidden', id: `${id}-keys` }, [
        'Arrow right and left: the next and the previous value; Home and End: the first and the last.',
      ]),
      this.output,
      this.notes,
      this.table,
    ]);
    this.plot.addEventListener('keydown', (event) => this.step(event));
    this.plot.addEventListener('pointerleave', () => this.clear());
    this.plot.addEventListener('blur', () => this.clear());
  }

  show(shown: Shown): void {
    this.shown = shown;
    this.view?.finalize();
    this.canvas.replaceChildren();
    this.plot.hidden = false;
    this.description.textContent = shown.words;
    this.notes.textContent = shown.notes.join('; ');
    this.notes.hidden = shown.notes.length === 0;
    this.clear();
    const { spec } = compile(shown.spec as TopLevelSpec, { logger: logger(None) });
    this.view = svgView(spec, this.canvas);
    this.view.addEventListener('pointermove', (_, item) => this.point(item?.datum));
    this.view.run();
    this.fillTable(shown);
  }

  hide(words: string): void {
    this.plot.hidden = true;
    this.notes.hidden = true;
    this.description.textContent = words;
    this.table.replaceChildren();
    this.clear();
  }

  private fillTable({ rows, fields }: Shown): void {
    const details = element('details', { class: 'table' }, [
      element('summary', {}, [`The numbers drawn: ${rows.length}`]),
    ]);
    const columns = fields.map((name) => ({ name, unit: '1', description: name }));
    addTable(details, this.title.toLowerCase(), {
      columns,
      rows: rows.map((row) => fields.map((name) => row[name] ?? null)),
    });
    this.table.replaceChildren(details);
  }

  private point(datum: unknown): void {
    const row = datum as PlotRow | undefined;
    if (row !== undefined && row !== null && this.shown?.fields.some((name) => name in row)) this.showValues(row);
  }

  private step(event: KeyboardEvent): void {
    const rows = this.shown?.rows ?? [];
    if (event.key === 'Escape') this.clear();
    const [before, after] = [Math.max(0, this.current - 1), Math.min(rows.length - 1, this.current + 1)];
    const sideways = { ArrowLeft: before, ArrowRight: after, Home: 0, End: rows.length - 1 };
    const places: Readonly<Record<string, number>> = { ...sideways, ArrowUp: before, ArrowDown: after };
    const next = places[event.key];
    if (next === undefined) return;
    event.preventDefault();
    this.current = next;
    if (rows[next] !== undefined) this.showValues(rows[next]);
  }

  private showValues(row: PlotRow): void {
    const words = (this.shown?.fields ?? []).flatMap((name) => {
      const value = row[name];
      return value === null || value === undefined || value === '' ? [] : [`${name} ${String(value)}`];
    });
    this.output.textContent = words.join(' · ');
  }

  private clear(): void {
    this.current = -1;
    this.output.textContent = '';
  }
}
