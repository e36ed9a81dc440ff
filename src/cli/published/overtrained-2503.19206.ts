import type { PublishedSource } from './published-source.js';

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
