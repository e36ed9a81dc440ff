import { PUBLISHED } from '../../sim/scenarios/early-exposure/columns.js';

export interface Finding {
  readonly figure: string;
  readonly published: string;
  readonly run: string;
  /** `open` where the run alone can neither agree nor disagree. */
  readonly verdict: 'agrees' | 'mismatch' | 'open';
}

export interface PublishedSource {
  /** How `compare` calls it. */
  readonly id: string;
  readonly title: string;
  readonly arxiv: string;
  /** Values as read from the figures' vector marks; for orderings, signs and plateaus only. */
  readonly figures: Readonly<Record<string, PublishedFigure>>;
}

export interface PublishedFigure {
  readonly observed: string;
  /** Series by name, each the values in order of the x axis, which is a series, too. */
  readonly series: Readonly<Record<string, readonly number[]>>;
}

/** Springer et al. 2025: the paper whose linear model is simulated here. */
export const overtrained: PublishedSource = {
  id: 'overtrained-2503.19206',
  title: 'Overtrained Language Models Are Harder to Fine-Tune',
  arxiv: '2503.19206',
  figures: {
    olmo_1b_anthropic_hh: {
      observed:
        '3T tokens is up to 3 % lower on AlpacaEval and 2 % lower on ARC than 2.3T, about the level of 1.5T; onset beyond 2.5T; the base model improves monotonically',
      series: { tokens_trillions: [2.3, 3.0] },
    },
    controlled: {
      observed:
        'models of 15, 30 and 90 million parameters on 4 to 128 billion tokens; fixed perturbation or learning rate: U-shape in tokens, inflection earlier for larger perturbation or rate; tuned rate: survives on some tasks only',
      series: { parameters_millions: [15, 30, 90] },
    },
  },
};

/** Loss that models of three sizes retain, and reach at once, against the share of data that they saw early. */
export const earlyExposure: PublishedSource = {
  id: 'early-exposure-2605.12705',
  title: 'Early Data Exposure Improves Robustness to Subsequent Fine-Tuning',
  arxiv: '2605.12705',
  figures: {
    figure_3a: {
      observed:
        'the retained loss falls with early exposure (of the 30M model down to half exposure, then it rises by 0.005), while the immediate loss changes by 1.3 % at most',
      series: { lambda: PUBLISHED.mixes, ...seriesOf('retained'), ...seriesOf('immediate') },
    },
  },
};

function seriesOf(loss: 'retained' | 'immediate'): Record<string, readonly number[]> {
  return Object.fromEntries(PUBLISHED.sizes.map((model) => [`${loss}_loss_${model.size}`, model[loss]]));
}

/** Forgetting against pre-training length, model size and replay in language models. */
export const forgetting: PublishedSource = {
  id: 'forgetting-2605.26097',
  title: 'Forgetting in Language Models: Capacity, Optimization, and Self-Generated Replay',
  arxiv: '2605.26097',
  figures: {
    pretrain_length: {
      observed: 'forgetting rises with pre-training length; the loss after fine-tuning shows no U-turn',
      series: {
        tokens_per_parameter: [10, 32, 100, 316, 1000, 3162, 10000],
        loss_before: [4.0963, 3.5649, 3.2696, 3.121, 3.0301, 2.971, 2.9347],
        loss_after: [4.0918, 3.5682, 3.346, 3.2362, 3.1768, 3.1386, 3.1154],
      },
    },
    model_size: {
      observed: 'all pre-trained to loss 3.0; forgetting falls with size',
      series: { parameters_millions: [6, 12, 21, 32, 46], loss_after: [3.2643, 3.045, 3.0179, 3.0065, 3.0052] },
    },
    replay: {
      observed: 'the loss after fine-tuning falls monotonically with the fraction of replay',
      series: {
        fraction: [0, 1 / 256, 1 / 128, 1 / 64, 1 / 32, 1 / 16, 1 / 8],
        loss_after: [3.9622, 3.8063, 3.7401, 3.6567, 3.5598, 3.4607, 3.3695],
      },
    },
  },
};
