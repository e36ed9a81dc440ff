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
        lambda: [0, 0.25, 0.5, 0.75, 1],
        retained_loss_30M: [2.1751, 2.0884, 2.0757, 2.0763, 2.0803],
        retained_loss_150M: [1.8804, 1.8238, 1.8196, 1.7941, 1.7672],
        retained_loss_300M: [1.8071, 1.7458, 1.7193, 1.6959, 1.6824],
        immediate_loss_30M: [1.7878, 1.7769, 1.7777, 1.7756, 1.7646],
        immediate_loss_150M: [1.5065, 1.5081, 1.5074, 1.5125, 1.5052],
        immediate_loss_300M: [1.4046, 1.4065, 1.4023, 1.4055, 1.4024],
      },
    },
  },
};
