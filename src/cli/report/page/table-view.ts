import type { Cell, Table } from '../../../sim/scenario/table.js';
import { csvText } from '../../output/text-table.js';
import { button, element } from './element.js';

const FIRST_ROWS = 100;

type Order = { readonly column: number; readonly sign: 1 | -1 } | undefined;

/** Fills a table once it is opened: it sorts by its headings and downloads as the CSV file that a result folder has. */
export function addTable(details: HTMLDetailsElement, name: string, table: Table): void {
  details.addEventListener('toggle', () => {
    if (details.open && details.querySelector('table') === null) fillTable(details, name, table);
  });
}

function fillTable(details: HTMLElement, name: string, table: Table): void {
  let order: Order;
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
    const rows = sorted(table, order).slice(0, limit);
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

/** Rows by one column: numbers by size, then text; nothing comes last in either direction. */
function sorted({ rows }: Table, order: Order): Table['rows'] {
  if (order === undefined) return rows;
  const { column, sign } = order;
  return [...rows].sort((one, other) => {
    const [a, b] = [one[column] ?? null, other[column] ?? null];
    if (a === null || b === null) return Number(a === null) - Number(b === null);
    if (typeof a === 'number' && typeof b === 'number') return sign * (a - b);
    return sign * String(a).localeCompare(String(b), 'en', { numeric: true });
  });
}

function downloadCsv(name: string, table: Table): void {
  const address = URL.createObjectURL(new Blob([csvText(table)], { type: 'text/csv' }));
  const file = `${name.replace(/[^\w.-]+/g, '-')}.csv`;
  element('a', { href: address, download: file }).click();
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}
