import type { Check } from '../../scenario/check.js';
import { judgeMonteCarlo } from '../../training/checks/monte-carlo.js';
import type { FinalSensitivity } from './final-sensitivity.js';

/** T1: the mean rise of the loss under noise is the identity's, of the very weights that were perturbed. The margin is in standard errors. */
export function checkFinalSensitivity(
  measured: readonly FinalSensitivity[],
  gamma: number,
  replicates: number,
): Check {
  const perturbed = gamma === 0 ? [] : measured;
  const compared = perturbed.map(({ theory, simulated }) => ({ ...simulated, identity: theory }));
  return judgeMonteCarlo('T1', replicates, compared, 'no noise, or no network to perturb');
}
