import { sample } from 'fast-check';
import { type Claim, type Counterexample, concludes, evaluate, type Hypothesis, relativeMargin } from './claim.js';

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
export function falsifyClaim<Case>(claim: Claim<Case>, options: FalsifyOptions = {}): HypothesisResult<Case>[] {
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
        return { name: dropped.name, verdict: 'needed', cases, counterexample: simplest(claim, dropped, instance) };
      }
      keep(pool, { instance, slack: relativeMargin(conclusion) });
      if (cases >= runs) break;
    }
    onProgress?.(dropped.name, cases);
  }
  return { name: dropped.name, verdict: 'not-refuted', cases, counterexample: null };
}

type Rated<Case> = { readonly instance: Case; readonly slack: number };

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
  const source = dropped.broken !== undefined && random() < 0.7 ? dropped.broken : claim.domain;
  return sample(source, { numRuns: BATCH, seed: Math.floor(random() * 2 ** 31) });
}

function mutants<Case>(pool: readonly Rated<Case>[], random: Random): Case[] {
  return Array.from({ length: BATCH }, () => {
    const { instance } = pool[Math.floor(random() ** 2 * pool.length)]!;
    const mutant = mutated(instance, random);
    return random() < 0.3 ? mutated(mutant, random) : mutant;
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
  const refutes = (instance: Case) => leaves(claim, dropped, instance) && !concludes(evaluate(claim, instance));
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

/** A source of numbers in [0, 1). */
type Random = () => number;

/** Numbers in [0, 1) that a seed determines (a 32-bit xorshift, enough to steer a search). */
function randomFrom(seed: number): Random {
  let state = ((Math.floor(seed / 2 ** 32) ^ seed) | 0) + 0x6d2b79f5 || 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
}

/** A copy of a plain value in which a number was changed, or an array lost or doubled an element. */
function mutated<Value>(value: Value, random: Random): Value {
  const places = paths(value, isNumber);
  const lists = paths(value, isList);
  if (lists.length > 0 && (places.length === 0 || random() < 0.15)) {
    const list = lists[Math.floor(random() * lists.length)]!;
    return replaceAt(value, list, (old) => resized(old as unknown[], random)) as Value;
  }
  if (places.length === 0) return value;
  const place = places[Math.floor(random() * places.length)]!;
  const other = places[Math.floor(random() * places.length)]!;
  return replaceAt(value, place, (old) => changed(old as number, at(value, other) as number, random)) as Value;
}

/** Integers stay integers; others are scaled by a little or a lot, or set to another number of the instance or to 0. */
function changed(number: number, another: number, random: Random): number {
  const kind = random();
  if (kind < 0.1) return another;
  if (Number.isInteger(number) && kind < 0.6) return Math.max(0, number + (random() < 0.5 ? -1 : 1));
  if (kind < 0.65) return 0;
  const spread = random() < 0.5 ? 0.05 : 1.5;
  return number * Math.exp(spread * (2 * random() - 1) * Math.sqrt(3));
}

function resized(list: readonly unknown[], random: Random): unknown[] {
  const position = Math.floor(random() * list.length);
  const copies = list.length > 1 && random() < 0.7 ? 0 : 2;
  return list.flatMap((element, index) => (index === position ? new Array(copies).fill(element) : [element]));
}

/**
 * Simpler versions of a plain value, the boldest first: every array without one of its elements (arrays of equal length
 * lose the same one together), then numbers replaced by 0, 1 or fewer digits.
 */
function* simplifications<Value>(value: Value): Generator<Value> {
  const lists = paths(value, isList);
  const lengths = new Set(lists.map((path) => (at(value, path) as unknown[]).length));
  for (const length of lengths) {
    const together = lists.filter((path) => (at(value, path) as unknown[]).length === length);
    for (let drop = length - 1; drop >= 0 && length > 1; drop--) {
      const without = (list: unknown) => (list as unknown[]).filter((_, index) => index !== drop);
      yield together.reduce((simpler, path) => replaceAt(simpler, path, without), value as unknown) as Value;
      for (const path of together) yield replaceAt(value, path, without) as Value;
    }
  }
  for (const path of paths(value, isNumber)) {
    for (const simpler of simplerNumbers(at(value, path) as number)) {
      yield replaceAt(value, path, () => simpler) as Value;
    }
  }
}

/** Numbers that read more easily; never one that is as hard to read, so that simplifying ends. */
function simplerNumbers(number: number): number[] {
  const fewerDigits = [1, 2].map((digits) => Number(number.toPrecision(digits)));
  const candidates = [0, 1, 2, Math.round(number), number - 1, ...fewerDigits];
  return candidates.filter((candidate) => complexity(candidate) < complexity(number));
}

/** Characters of the number, then its size: 0 is simplest, 1 next. */
function complexity(number: number): number {
  return number === 0 ? 0 : String(number).length + 0.5 - 0.5 / (1 + Math.abs(number));
}

type Path = readonly (string | number)[];

const isNumber = (part: unknown) => typeof part === 'number';
const isList = (part: unknown) => Array.isArray(part) && part.length > 0;

function paths(value: unknown, wanted: (part: unknown) => boolean): Path[] {
  const own: Path[] = wanted(value) ? [[]] : [];
  if (typeof value !== 'object' || value === null) return own;
  const keys: (string | number)[] = Array.isArray(value) ? [...value.keys()] : Object.keys(value);
  const record = value as Record<string | number, unknown>;
  return [...own, ...keys.flatMap((key) => paths(record[key], wanted).map((path) => [key, ...path]))];
}

function at(value: unknown, path: Path): unknown {
  return path.reduce((part, key) => (part as Record<string | number, unknown>)[key], value);
}

/** A copy of the value in which the part at a path is another; everything else is shared. */
function replaceAt(value: unknown, [key, ...rest]: Path, change: (old: unknown) => unknown): unknown {
  if (key === undefined) return change(value);
  const inner = replaceAt((value as Record<string | number, unknown>)[key], rest, change);
  if (Array.isArray(value)) return value.map((element, index) => (index === key ? inner : element));
  return { ...(value as object), [key]: inner };
}
