import { PUBLISHED } from '../../sim/scenarios/early-exposure/columns.js';
import type { PublishedSource } from './published-source.js';

/** Loss that models of three sizes retain, and reach at once, against the share of data that they saw early. */
export const earlyExposure: PublishedSource = {
  id: 'early-exposure-2605.12705',
  title: 'Early Data Exposure Improves Robustness to Subsequent Fine-Tuning',
  arxiv: '2605.12705',
  figures: {
    figure_3a: {
      observed:
        'the retained loss falls with early exposure (of the 30M model down to half exposure, then it rises by 0.005), while the immediate loss changes by 1.3 % at most',
      series: {
        lambda: PUBLISHED.mixes,
        ...seriesOf('retained'),
        ...seriesOf('immediate'),
      },
    },
  },
};

/** A loss of every model, by the name of the series. */
function seriesOf(loss: 'retained' | 'immediate'): Record<string, readonly number[]> {
  return Object.fromEntries(PUBLISHED.sizes.map((model) => [`${loss}_loss_${model.size}`, model[loss]]));
}
