import { chinchillaLaw, perturbedLaw } from './power-sum-law.js';
import type { ScalingLaw } from './scaling-law.js';
import { shannonLaw } from './shannon-law.js';

/** All laws that can be fitted. */
export const scalingLaws: readonly ScalingLaw[] = [shannonLaw, chinchillaLaw, perturbedLaw];
