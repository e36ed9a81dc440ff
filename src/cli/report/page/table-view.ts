import type { Cell, Table } from '../../../sim/scenario/table.js';
import { compareCells, csvText } from '../../output/text-table.js';
import { button, element } from './element.js';

const FIRST_ROWS = 100;

/** Fills a table once it is opened: it sorts by its headings and downloads as the CSV file that a result folder has. */
export function addTable(details: HTMLDetailsElement, name: string, table: Table): void {
  details.addEventListener('toggle', () => {
    if (details.open && details.querySelector('table') === null) fillTable(details, name, table);
  });
}

function fillTable(details: HTMLElement, name: string, table: Table): void {
  let order: { readonly column: number; readonly sign: 1 | -1 } | undefined;
  let limit = FIRST_ROWS;
  const body = element('tbody');
  const headings = table.columns.map((column, index) => {
    const sorter = button(column.name, () => {
      order = { column: index, sign: order?.column === index && order.sign === 1 ? -1 : 1 };
      fill();
    });
    return element('th', { scope: 'col', title: column.description }, [sorter]);
  });
  const more = button('', () => {
    limit = table.rows.length;
    fill();
  });
  const fill = () => {
    const ordered = [...table.rows];
    const by = order;
    if (by !== undefined) ordered.sort((a, b) => compareCells(a[by.column], b[by.column], by.sign));
    const rows = ordered.slice(0, limit);
    body.replaceChildren(...rows.map((row) => element('tr', {}, row.map(cellElement))));
    headings.forEach((heading, index) => {
      heading.setAttribute(
        'aria-sort',
        order?.column !== index ? 'none' : order.sign === 1 ? 'ascending' : 'descending',
      );
    });
    more.hidden = rows.length === table.rows.length;
    more.textContent = `Show all ${table.rows.length} rows`;
  };
  fill();
  const label = `Table ${name}`;
  const scroll = element('div', { class: 'scroll', tabindex: '0', role: 'region', 'aria-label': label }, [
    element('table', { 'aria-label': label }, [element('thead', {}, [element('tr', {}, headings)]), body]),
  ]);
  const download = button('Download CSV', () => downloadCsv(name, table));
  details.append(element('p', { class: 'tools' }, [download, ' ', more]), scroll);
}

function cellElement(cell: Cell): HTMLElement {
  return element('td', typeof cell === 'number' ? { class: 'number' } : {}, [cell === null ? '' : String(cell)]);
}

function downloadCsv(name: string, table: Table): void {
  const address = URL.createObjectURL(new Blob([csvText(table)], { type: 'text/csv' }));
  const file = `${name.replace(/[^\w.-]+/g, '-')}.csv`;
  element('a', { href: address, download: file }).click();
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}
