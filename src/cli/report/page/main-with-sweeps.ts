import { runs } from './main.js';
import { showSweep } from './sweep-view.js';

// The script of a report that has sweeps: Vega-Lite comes along, since the reader chooses there what is drawn.

for (const place of document.querySelectorAll<HTMLElement>('section.sweep')) {
  const run = runs[Number(place.dataset.run)];
  if (run?.sweep !== undefined) showSweep(place, run.sweep, run.tables[run.sweep.table]);
}
