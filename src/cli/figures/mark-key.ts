import type { CurveData } from './curve-data.js';
import { legendColumns, type Spec } from './spec-parts.js';
import type { Theme } from './theme.js';

/** A level line for the legend, as thin as those of the figure. */
export const LINE = 'M-1.5,-0.13H1.5V0.13H-1.5Z';

/** A legend of what lines, points and diamonds mean; it draws nothing itself. */
export function markKey(data: CurveData, theme: Theme): Spec[] {
  const entries: [string, string][] = [];
  if (data.hasTheory) entries.push([data.isTheoryShared ? 'theory, alike for all' : 'theory', LINE]);
  if (data.hasSimulation) entries.push([data.hasErrors ? 'simulation ± 1 s.e.' : 'simulation', 'circle']);
  if (data.inflections.length > 0) entries.push(['inflection', 'diamond']);
  return entries.length === 0 ? [] : [keyLayer(entries, theme)];
}

/** A layer without marks that brings a legend of shapes: labels with the shape of each. */
export function keyLayer(entries: readonly (readonly [string, string])[], theme: Theme): Spec {
  const labels = entries.map(([label]) => label);
  return {
    data: { values: [{ _key: labels[0] }] },
    mark: { type: 'point', filled: true, color: theme.faint, opacity: 0 },
    encoding: {
      shape: {
        field: '_key',
        type: 'nominal',
        scale: { domain: labels, range: entries.map(([, shape]) => shape) },
        legend: {
          title: null,
          columns: legendColumns('', labels),
          symbolStrokeWidth: 0,
          symbolOpacity: 1,
          symbolSize: 45,
        },
      },
    },
  };
}
