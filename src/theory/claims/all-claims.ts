import { InvalidInputError } from '../invalid-input.js';
import type { Claim } from './engine/claim.js';
import { exposure, retainedExposure } from './exposure.js';
import { learningOrder } from './t0-bounds.js';
import { sharedMinimum } from './t0-coverage.js';
import { decoupling, descentOfModes } from './t0-decoupling.js';
import { depth } from './t0-depth.js';
import { unbalancedPairs } from './t0-imbalance.js';
import { lossOfModes } from './t0-loss.js';
import { nexusLoop } from './t0-nexus.js';
import { riccatiFlow } from './t0-riccati.js';
import { deepNetwork, gaussianSensitivity, hessianOfSensitivity, unequalNoise } from './t1-sensitivity.js';
import { progressiveSensitivity, signOfVelocity, velocityOfSensitivity } from './t2-progressive-sensitivity.js';
import { sharpnessOnTheWay, stability } from './t2-sharpness.js';
import { catastrophicOvertraining, endOfTraining, modeOptimumTimes } from './t3-catastrophic-overtraining.js';
import { enclosure } from './t3-enclosure.js';
import { inflectionIsGlobal, inflectionOrder } from './t3-inflection.js';
import { modeUnderNoise, stagedOvertraining } from './t3-staged.js';
import { matchedLosses } from './t4-bracket.js';
import { erasingFeatures } from './t4-erase.js';
import { forgetting, overshootInflection, stagedFineTuning } from './t4-staged-finetuning.js';
import { fineTuningSteps, turnedTask } from './t4-steps.js';
import { twoStageAlignment } from './t4-two-stage.js';
import { regularizationCost, regularizedFineTuning, regularizedInflection } from './t5-regularized-finetuning.js';
import { balancedAttainsFloor, gapAboveFloor, leastSensitivity } from './t6-sensitivity-floor.js';
import { boundedLayers, constantSensitivity, updateOnSphere } from './t6-sphere.js';
import { forgettingFloor, sharedCapacity } from './t7-capacity.js';
import { lossValley, relativeNoiseCost } from './t8-relative-noise.js';
import { schedules } from './t9-schedules.js';

/** All claims, in the order of proofs.md. */
export const claims: readonly Claim[] = [
  decoupling,
  lossOfModes,
  descentOfModes,
  learningOrder,
  depth,
  unbalancedPairs,
  riccatiFlow,
  exposure,
  sharedMinimum,
  nexusLoop,
  gaussianSensitivity,
  unequalNoise,
  deepNetwork,
  hessianOfSensitivity,
  progressiveSensitivity,
  velocityOfSensitivity,
  signOfVelocity,
  stability,
  sharpnessOnTheWay,
  catastrophicOvertraining,
  modeUnderNoise,
  inflectionOrder,
  modeOptimumTimes,
  endOfTraining,
  inflectionIsGlobal,
  enclosure,
  stagedOvertraining,
  stagedFineTuning,
  overshootInflection,
  forgetting,
  erasingFeatures,
  turnedTask,
  fineTuningSteps,
  retainedExposure,
  twoStageAlignment,
  matchedLosses,
  regularizedFineTuning,
  regularizedInflection,
  regularizationCost,
  leastSensitivity,
  balancedAttainsFloor,
  gapAboveFloor,
  boundedLayers,
  constantSensitivity,
  updateOnSphere,
  sharedCapacity,
  forgettingFloor,
  relativeNoiseCost,
  lossValley,
  schedules,
];

/** The claim of an id. @throws InvalidInputError when there is none */
export function claimById(id: string): Claim {
  const found = claims.find((claim) => claim.id === id);
  if (found === undefined) {
    throw new InvalidInputError('--claim', id, `one of ${claims.map((claim) => claim.id).join(', ')}`);
  }
  return found;
}
