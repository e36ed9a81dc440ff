import { addCopyButtons } from './element.js';
import { showFigure } from './figure-view.js';
import type { PageRun } from './page-data.js';
import { addTable } from './table-view.js';

// The script of a report. All data enter the page as text and never as markup.

export const runs = JSON.parse(document.getElementById('report-data')?.textContent ?? '[]') as PageRun[];

for (const element of document.querySelectorAll<HTMLElement>('figure.figure')) {
  const figure = runs[Number(element.dataset.run)]?.figures[Number(element.dataset.figure)];
  if (figure !== undefined) showFigure(element, figure);
}
for (const element of document.querySelectorAll<HTMLDetailsElement>('details.table')) {
  const name = element.dataset.table ?? '';
  const table = runs[Number(element.dataset.run)]?.tables[name];
  if (table !== undefined) addTable(element, name, table);
}
addCopyButtons();

/** A link to a proof opens it. */
function openTarget(): void {
  const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (target instanceof HTMLDetailsElement) target.open = true;
}
addEventListener('hashchange', openTarget);
openTarget();
