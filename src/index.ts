/**
 * The library behind the `overtrain` command: exact theory, simulation, and theorems as executable claims.
 */

export { resolveParameters } from './sim/scenario/resolve.js';
export { type RunDocument, runToDocument } from './sim/scenario/run-document.js';
export type { Plan, RunContext, RunEvent, RunRequest, Scenario } from './sim/scenario/scenario.js';
export { scenarioById, scenarios } from './sim/scenarios/scenario-list.js';
export { claimById, claims } from './theory/claims/all-claims.js';
export { type CheckOptions, checkClaim } from './theory/claims/engine/check-claim.js';
export {
  atLeast,
  atMost,
  type Claim,
  type ClaimResult,
  type Conclusion,
  type Counterexample,
  concludes,
  defineClaim,
  equal,
  type Hypothesis,
  refutationText,
  relativeMargin,
  type Side,
  tightest,
} from './theory/claims/engine/claim.js';
export { arbitraries } from './theory/claims/engine/draws.js';
export { type FalsifyOptions, falsifyClaim, type HypothesisResult } from './theory/claims/engine/falsify.js';
export { globalInflection, type Inflection, lastDescent } from './theory/inflection.js';
export { InvalidInputError } from './theory/invalid-input.js';
export { gap, halfTime, type Mode, singularValue, velocity } from './theory/mode.js';
export { perturbedLoss, perturbedLossVelocity } from './theory/perturbed-loss.js';
export { createProblem, loss, type Problem, type ProblemOptions, singularValues } from './theory/problem.js';
export {
  expectedExcess,
  expectedExcessDeep,
  hessianTrace,
  sensitivityAt,
  sensitivityVelocity,
  sensitivityVelocityAt,
} from './theory/sensitivity.js';
export { stabilityLimit } from './theory/sharpness.js';
export { parseSpectrum, type Spectrum } from './theory/spectrum.js';
