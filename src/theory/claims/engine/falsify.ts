import { type Arbitrary, sample } from 'fast-check';
import type { Counterexample } from './check-claim.js';
import { type Claim, concludes, evaluate, type Hypothesis, relativeMargin } from './claim.js';
import { mutate, type Random, randomFrom, simplifications } from './mutation.js';

/** What an attack on one hypothesis of a claim showed. */
export interface HypothesisResult<Case = unknown> {
  readonly name: string;
  /** `needed`: without it the claim fails on the counterexample; `not-refuted`: none was found. */
  readonly verdict: 'needed' | 'not-refuted';
  /** Instances on which the hypothesis failed, all others held, and the conclusion was evaluated. */
  readonly cases: number;
  readonly counterexample: Counterexample<Case> | null;
}

/** How hard to attack. */
export interface FalsifyOptions {
  /** Instances to evaluate per hypothesis. Default 1000. */
  readonly runs?: number;
  /** Seed of the search: an integer from 0 to 2^53 − 1. Default 1. */
  readonly seed?: number;
  readonly onProgress?: (hypothesis: string, cases: number) => void;
}

/** Instances kept for mutation: the ones nearest to failing. */
const POOL = 16;

/** Draws per evaluated instance before the search gives up on leaving a hypothesis. */
const DRAWS_PER_CASE = 50;

const BATCH = 50;

/**
 * Attacks every hypothesis of a claim: drops it, keeps the others, and searches for an instance on which the conclusion
 * fails. Half of the instances are drawn, half are mutations of those that came nearest to failing. What is found is
 * made as small and round as it can be while it still fails.
 *
 * The same claim, options and version give the same result.
 */
export function falsifyClaim<Case>(
  claim: Claim<Case>,
  options: FalsifyOptions = {},
): HypothesisResult<Case>[] {
  return claim.hypotheses.map((hypothesis) => attack(claim, hypothesis, options));
}

function attack<Case>(
  claim: Claim<Case>,
  dropped: Hypothesis<Case>,
  { runs = 1000, seed = 1, onProgress }: FalsifyOptions,
): HypothesisResult<Case> {
  const random = randomFrom(seed);
  const pool: Rated<Case>[] = [];
  let cases = 0;
  for (let draws = 0; cases < runs && draws < runs * DRAWS_PER_CASE; ) {
    const drawn = pool.length > 0 && random() < 0.5 ? mutants(pool, random) : draw(claim, dropped, random);
    draws += drawn.length;
    for (const instance of drawn) {
      if (!leaves(claim, dropped, instance)) continue;
      const conclusion = evaluate(claim, instance);
      if (conclusion.failure !== undefined) continue;
      cases++;
      if (!concludes(conclusion)) {
        return {
          name: dropped.name,
          verdict: 'needed',
          cases,
          counterexample: simplest(claim, dropped, instance),
        };
      }
      keep(pool, { instance, slack: relativeMargin(conclusion) });
      if (cases >= runs) break;
    }
    onProgress?.(dropped.name, cases);
  }
  return { name: dropped.name, verdict: 'not-refuted', cases, counterexample: null };
}

interface Rated<Case> {
  readonly instance: Case;
  readonly slack: number;
}

/** Whether an instance breaks the dropped hypothesis and meets all others. */
function leaves<Case>(claim: Claim<Case>, dropped: Hypothesis<Case>, instance: Case): boolean {
  try {
    return (
      claim.wellFormed(instance) &&
      claim.hypotheses.every((hypothesis) => hypothesis.holds(instance) !== (hypothesis === dropped))
    );
  } catch {
    // A mutation can make an instance that no domain would contain, on which hypotheses need not be defined.
    return false;
  }
}

function draw<Case>(claim: Claim<Case>, dropped: Hypothesis<Case>, random: Random): Case[] {
  const source: Arbitrary<Case> =
    dropped.broken !== undefined && random() < 0.7 ? dropped.broken : claim.domain;
  return sample(source, { numRuns: BATCH, seed: Math.floor(random() * 2 ** 31) });
}

function mutants<Case>(pool: readonly Rated<Case>[], random: Random): Case[] {
  return Array.from({ length: BATCH }, () => {
    const parent = pool[Math.floor(random() ** 2 * pool.length)]!;
    return mutate(parent.instance, random);
  });
}

function keep<Case>(pool: Rated<Case>[], rated: Rated<Case>): void {
  if (!Number.isFinite(rated.slack)) return;
  const at = pool.findIndex(({ slack }) => rated.slack < slack);
  if (at >= 0) pool.splice(at, 0, rated);
  else if (pool.length < POOL) pool.push(rated);
  if (pool.length > POOL) pool.pop();
}

/** Greedily takes simplifications for as long as the instance still breaks only the hypothesis and refutes the claim. */
function simplest<Case>(claim: Claim<Case>, dropped: Hypothesis<Case>, found: Case): Counterexample<Case> {
  const refutes = (instance: Case) =>
    leaves(claim, dropped, instance) && !concludes(evaluate(claim, instance));
  let instance = found;
  for (let improved = true; improved; ) {
    improved = false;
    for (const simpler of simplifications(instance)) {
      if (!refutes(simpler)) continue;
      instance = simpler;
      improved = true;
      break;
    }
  }
  return { instance, conclusion: evaluate(claim, instance) };
}
