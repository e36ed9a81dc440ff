import type { RunDocument } from '../../sim/scenario/run-document.js';
import { csvText } from '../output/csv.js';
import type { Files } from './file-maker.js';

/** Every table of a run as CSV, `TABLE.csv`. */
export async function csvFiles({ tables }: RunDocument): Promise<Files> {
  return new Map(Object.entries(tables).map(([name, table]) => [`${name}.csv`, csvText(table)]));
}
