import type { PublishedSource } from './published-source.js';

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
      series: {
        parameters_millions: [6, 12, 21, 32, 46],
        loss_after: [3.2643, 3.045, 3.0179, 3.0065, 3.0052],
      },
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
