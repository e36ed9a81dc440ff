import { readableNumber } from '../output/number-text.js';
import { paragraph } from '../output/paragraph.js';
import { styleFor } from '../output/style.js';
import type { Terminal } from '../output/terminal.js';
import { layOutTable } from '../output/text-table.js';
import type { FitDocument, FitRecord } from './fit-document.js';

/** What `overtrain fit` prints for people. */
export function fitReport({ fits, pooled }: FitDocument, terminal: Terminal): string[] {
  const style = styleFor(terminal.colour);
  const lines = fits.flatMap((fit) => [
    ...paragraph(heading(fit), terminal, style.strong),
    ...paragraph(fit.formula, terminal, style.faint, 2),
    ...layOutTable(
      {
        header: ['  parameter', 'value', '95 % from', 'to'],
        rows: fit.parameters.map(({ name, value, low, high }) => [
          `  ${name}`,
          ...[value, low, high].map((number) => readableNumber(number)),
        ]),
        numeric: [false, true, true, true],
      },
      terminal.width,
    ).lines,
    '',
  ]);
  const summary = layOutTable(
    {
      header: ['law', 'R2 of ln loss', 'held out'],
      rows: pooled.map(({ law, r_squared, r_squared_held_out }) => [
        law,
        share(r_squared),
        share(r_squared_held_out),
      ]),
      numeric: [false, true, true],
    },
    terminal.width,
  );
  return [...lines, ...paragraph('All levels of noise', terminal, style.strong), ...summary.lines];
}

function heading({ law, noise, points, held_out }: FitRecord): string {
  const level = noise === null ? '' : `, noise ${readableNumber(noise)}`;
  const rest = held_out === 0 ? '' : `, ${held_out} held out`;
  return `${law}${level}: ${points} points${rest}`;
}

function share(value: number | null): string {
  return value === null ? '-' : readableNumber(value);
}
