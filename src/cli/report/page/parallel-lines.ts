import { symbolText } from '../../figures/figure-axis.js';
import { PAGE } from '../../figures/theme.js';
import type { Mark } from '../../sweep-figures/gathered.js';
import { type ParallelData, valueAt } from '../../sweep-figures/parallel-data.js';
import { MARK_WORDS } from '../../sweep-figures/sweep-style.js';

/** Where axes and lines stand, in pixels. */
export interface LinePlaces {
  readonly across: readonly number[];
  readonly top: number;
  readonly height: number;
  /** Between the places under the last axis at which lines without a number end. */
  readonly slot: number;
}

/** Colours are put into so many groups, each of which is drawn at once. */
const GROUPS = 24;
/** Segments of a path that is drawn at once; longer ones take longer for each of theirs. */
const SEGMENTS_AT_ONCE = 600;
const MOST_TEXTS = 12;

/** Why lines have no number, one place under the last axis for each reason. */
export function markSlots({ marks }: ParallelData): Mark[] {
  const found = new Set(marks);
  return (['diverged', 'run failed', 'no number'] as const).filter((mark) => found.has(mark));
}

/**
 * Draws lines and axes.
 *
 * @param chosen 1 for each line that does not fade
 */
export function drawLines(
  context: CanvasRenderingContext2D,
  data: ParallelData,
  places: LinePlaces,
  chosen: Uint8Array,
  hidden: ReadonlySet<Mark | 'number'>,
): void {
  const { canvas } = context;
  const style = getComputedStyle(canvas);
  const colour = (name: string) => style.getPropertyValue(name).trim();
  context.clearRect(0, 0, canvas.width, canvas.height);
  const { faded, groups, lacking } = grouped(data, chosen, hidden);
  // Where many lines lie over each other, each is fainter.
  const thin = Math.min(1, Math.sqrt(300 / data.count));
  context.lineWidth = 1;
  context.globalAlpha = 0.18 * thin;
  strokeRows(context, data, places, faded, colour('--faint'));
  context.globalAlpha = 0.75 * thin;
  groups.forEach((rows, group) => {
    const shade = PAGE.shades[Math.round((group / (GROUPS - 1)) * (PAGE.shades.length - 1))]!;
    strokeRows(context, data, places, rows, shade);
  });
  context.setLineDash([4, 3]);
  strokeRows(context, data, places, lacking, colour('--ink'));
  context.setLineDash([]);
  context.globalAlpha = 1;
  drawAxes(context, data, places, colour('--ink'), colour('--background'), style.fontFamily);
}

/** Rows by the shade of their result, those without a number apart, and those that fade. */
function grouped(data: ParallelData, chosen: Uint8Array, hidden: ReadonlySet<Mark | 'number'>) {
  const groups: number[][] = Array.from({ length: GROUPS }, () => []);
  const [faded, lacking]: [number[], number[]] = [[], []];
  const { heights } = data.axes.at(-1)!;
  for (let row = 0; row < data.count; row++) {
    const height = heights[row]!;
    if (hidden.has(data.marks[row] ?? 'number')) continue;
    if (chosen[row] === 0) faded.push(row);
    else if (Number.isNaN(height)) lacking.push(row);
    else groups[Math.min(GROUPS - 1, Math.floor(height * GROUPS))]!.push(row);
  }
  return { groups, faded, lacking };
}

function strokeRows(
  context: CanvasRenderingContext2D,
  data: ParallelData,
  { across, top, height, slot }: LinePlaces,
  rows: readonly number[],
  colour: string,
): void {
  if (rows.length === 0) return;
  const { axes } = data;
  const slots = markSlots(data);
  const last = axes.length - 1;
  context.strokeStyle = colour;
  context.beginPath();
  let segments = 0;
  for (const row of rows) {
    let isOpen = false;
    for (let axis = 0; axis <= last; axis++) {
      const place = axes[axis]!.heights[row]!;
      const mark = data.marks[row];
      const isLacking = Number.isNaN(place);
      if (isLacking && (axis < last || mark == null)) {
        isOpen = false;
        continue;
      }
      const y = isLacking ? top + height + slot * (1 + slots.indexOf(mark!)) : top + height * (1 - place);
      if (isOpen) context.lineTo(across[axis]!, y);
      else context.moveTo(across[axis]!, y);
      isOpen = true;
      segments++;
    }
    if (segments < SEGMENTS_AT_ONCE) continue;
    context.stroke();
    context.beginPath();
    segments = 0;
  }
  context.stroke();
}

function drawAxes(
  context: CanvasRenderingContext2D,
  data: ParallelData,
  { across, top, height, slot }: LinePlaces,
  ink: string,
  background: string,
  font: string,
): void {
  context.font = `12px ${font}`;
  context.lineWidth = 1.2;
  context.strokeStyle = ink;
  context.fillStyle = ink;
  const write = (text: string, x: number, y: number) => {
    context.save();
    context.strokeStyle = background;
    context.lineWidth = 4;
    context.lineJoin = 'round';
    context.strokeText(text, x, y);
    context.restore();
    context.fillText(text, x, y);
  };
  data.axes.forEach((axis, index) => {
    const x = across[index]!;
    context.beginPath();
    context.moveTo(x, top);
    context.lineTo(x, top + height);
    context.stroke();
    context.textAlign = 'center';
    write(symbolText(axis.column), x, top - 22);
    const isLast = index === data.axes.length - 1;
    context.textAlign = isLast ? 'right' : 'left';
    const texts = axis.kind === 'text' ? Math.min(axis.ends.length, MOST_TEXTS) : 5;
    for (let tick = 0; tick < texts; tick++) {
      const place = texts === 1 ? 0 : tick / (texts - 1);
      write(valueAt(axis, place), x + (isLast ? -8 : 8), top + height * (1 - place) + 4);
    }
    if (isLast)
      markSlots(data).forEach((mark, at) => {
        write(MARK_WORDS[mark], x - 8, top + height + slot * (1 + at) + 4);
      });
  });
}
