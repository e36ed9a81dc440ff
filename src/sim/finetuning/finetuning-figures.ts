import type { Figure } from '../scenario/figure.js';

/*
 * Figures of fine-tuning that several scenarios draw.
 */

/** The x axis of every figure over checkpoints. */
export const pretrainingTime = { column: 'time', label: 'pre-training time', scale: 'log' } as const;

/** The U-turn: pre-training loss after fine-tuning against pre-training time. */
export function lossPreFigure(series: string): Figure {
  return {
    id: 'loss-pre',
    title: 'Pre-training loss after fine-tuning',
    table: 'curve',
    x: pretrainingTime,
    y: { theory: 'loss_pre_theory', simulation: 'loss_pre_sim', label: 'pre-training loss', scale: 'linear' },
    series,
    inflection: { table: 'inflection', theory: 'time_theory', simulation: 'time_sim' },
  };
}

/** What fine-tuning is for: its own loss. */
export function fineTuningLossFigure(series: string): Figure {
  return {
    id: 'loss-ft',
    title: 'Fine-tuning loss',
    table: 'curve',
    x: pretrainingTime,
    y: { theory: 'loss_ft_theory', simulation: 'loss_ft_sim', label: 'fine-tuning loss', scale: 'linear' },
    series,
  };
}

/** How much of pre-training is lost. */
export function forgettingFigure(series: string): Figure {
  return {
    id: 'forgetting',
    title: 'Forgetting',
    table: 'curve',
    x: pretrainingTime,
    y: { theory: 'forgetting_theory', simulation: 'forgetting_sim', label: 'forgetting', scale: 'linear' },
    series,
  };
}
