import type { Arbitrary } from 'fast-check';

/**
 * A theorem as an object that can be read, tried, attacked and replayed. Tests, `overtrain verify`, the terminal UI and
 * the report all read this same object, and the heading of its id in proofs.md repeats its statement and proves it.
 *
 * @typeParam Case one instance of the theorem: a plain value that survives JSON, with everything the conclusion needs
 */
export interface Claim<Case = unknown> {
  /** Its number in the theory and, where a statement has parts, a word: `T1`, `T1-depth`. */
  readonly id: string;
  readonly title: string;
  /** The theorem in one sentence of plain text, without its hypotheses' details. */
  readonly statement: string;
  /** `paper` where the statement is the source paper's, `ours`, or the citation of whose it is. */
  readonly origin: string;
  /**
   * Instances, wider than the hypotheses allow, so that an attack can leave each of them. Every hypothesis holds on a
   * fair share of it. Shrinks to small and simple instances.
   */
  readonly domain: Arbitrary<Case>;
  /**
   * Whether a plain value of the right form is an instance at all (positive dimensions, lists of equal length). The
   * search for counterexamples mutates instances and must not take a meaningless one for a refutation.
   */
  wellFormed(instance: Case): boolean;
  readonly hypotheses: readonly Hypothesis<NoInfer<Case>>[];
  /**
   * Evaluates the theorem on an instance that need not meet the hypotheses; one side at least is computed from
   * definitions, not by the function that the theorem is about.
   */
  conclusion(instance: Case): Conclusion;
  /** Why the tolerance of the conclusion is what it is. */
  readonly toleranceReason: string;
}

/** An instance as a domain draws it. */
export type Drawn<Domain> = Domain extends Arbitrary<infer Case> ? Case : never;

/** A part of an instance, from the arbitraries of its fields. */
export type DrawnFields<Fields> = { readonly [Name in keyof Fields]: Drawn<Fields[Name]> };

/** A named condition of a theorem. */
export interface Hypothesis<Case> {
  /** Short name, a few words: `starts below`. */
  readonly name: string;
  /** What it demands, in plain text. */
  readonly statement: string;
  holds(instance: Case): boolean;
  /** Instances that break it, for attacks, where the domain breaks it too rarely or not in the interesting way. */
  readonly broken?: Arbitrary<Case>;
}

/** The two sides of a theorem on one instance. */
export interface Conclusion {
  /** Signed slack, larger is better: `−|left − right|` for an identity, `right − left` for `left ≤ right`. */
  readonly margin: number;
  /** How negative the margin may be: rounding only. Positive. The conclusion holds where `margin ≥ −tolerance`. */
  readonly tolerance: number;
  readonly left: Side;
  readonly relation: '=' | '≤' | '<' | '≥' | '>';
  readonly right: Side;
  /** Why the conclusion could not be evaluated, where it could not. */
  readonly failure?: string;
}

/** One side of a conclusion, for people. */
export interface Side {
  /** What it is: `E[loss after noise] − loss`. */
  readonly label: string;
  readonly value: number;
}

const ID = /^[A-Z][A-Za-z0-9]*(-[a-z0-9]+)*$/;

/**
 * Checks the form of a claim and freezes it.
 *
 * @throws Error when the id is not a word or a text is missing, or two hypotheses share a name
 */
export function defineClaim<Case>(claim: Claim<Case>): Claim<Case> {
  if (!ID.test(claim.id)) throw new Error(`claim id ${JSON.stringify(claim.id)} is not like T1 or T1-depth`);
  for (const field of ['title', 'statement', 'origin', 'toleranceReason'] as const) {
    if (claim[field].trim() === '') throw new Error(`claim ${claim.id} has no ${field}`);
  }
  const names = claim.hypotheses.map(({ name }) => name);
  if (new Set(names).size < names.length) throw new Error(`claim ${claim.id} names a hypothesis twice`);
  return Object.freeze(claim);
}

/** A side as it is written in a claim: the record, or its label and value alone. */
type Written = Side | readonly [label: string, value: number];

/** Conclusion of an identity. */
export const equal = comparison('=', (left, right) => -Math.abs(left - right));

/** Conclusion `left ≤ right`. */
export const atMost = comparison('≤', (left, right) => right - left);

/** Conclusion `left ≥ right`. */
export const atLeast = comparison('≥', (left, right) => left - right);

function comparison(relation: Conclusion['relation'], marginOf: (left: number, right: number) => number) {
  return (writtenLeft: Written, writtenRight: Written, tolerance: number): Conclusion => {
    const [left, right] = [sideOf(writtenLeft), sideOf(writtenRight)];
    return { margin: marginOf(left.value, right.value), tolerance, left, relation, right };
  };
}

function sideOf(written: Written): Side {
  return 'label' in written ? written : { label: written[0], value: written[1] };
}

/** The tightest of several conclusions that must all hold. */
export function tightest(conclusions: readonly Conclusion[]): Conclusion {
  const [first, ...rest] = conclusions;
  if (first === undefined) throw new Error('a conclusion needs at least one part');
  return rest.reduce((worst, next) => (relativeMargin(next) < relativeMargin(worst) ? next : worst), first);
}

/** Whether a conclusion holds; NaN never does, nor does anything within an infinite tolerance. */
export function concludes({ margin, tolerance }: Conclusion): boolean {
  return margin >= -tolerance && tolerance < Infinity;
}

/** Slack in units of the tolerance: 1 and more where there is room, 0 at the edge, negative where refuted. */
export function relativeMargin({ margin, tolerance }: Conclusion): number {
  const slack = 1 + margin / tolerance;
  return Number.isNaN(slack) ? -Infinity : slack;
}

/** The conclusion of a claim on an instance; one that cannot be evaluated counts as refuted. */
export function evaluate<Case>(claim: Claim<Case>, instance: Case): Conclusion {
  try {
    return claim.conclusion(instance);
  } catch (error) {
    const failure = error instanceof Error ? error.message : String(error);
    const missing = { label: 'not evaluated', value: Number.NaN };
    return { margin: -Infinity, tolerance: 1, left: missing, relation: '=', right: missing, failure };
  }
}

/** What trying a claim showed. */
export interface ClaimResult<Case = unknown> {
  readonly id: string;
  /** `exhausted`: too few instances met the hypotheses to say anything. */
  readonly verdict: 'holds' | 'refuted' | 'exhausted';
  /** Instances drawn, those tried while shrinking not counted. */
  readonly cases: number;
  /** Instances that met all hypotheses. */
  readonly met: number;
  /** Smallest slack over the instances that met the hypotheses, in units of the tolerance; `null` where none did. */
  readonly margin: number | null;
  readonly counterexample: Counterexample<Case> | null;
  readonly seed: number;
  /** Replays the counterexample together with the seed; `null` without one. */
  readonly path: string | null;
}

/** An instance on which a claim fails, with both sides of its conclusion. */
export interface Counterexample<Case = unknown> {
  readonly instance: Case;
  readonly conclusion: Conclusion;
}

/** Why a claim does not hold, in lines for a person: counterexample, both sides, and how to replay it. */
export function refutationText<Case>(claim: Claim<Case>, result: ClaimResult<Case>): string {
  if (result.counterexample === null) {
    return `${claim.id}: only ${result.met} of ${result.cases} cases met its hypotheses, too few for a verdict`;
  }
  const { instance, conclusion } = result.counterexample;
  return [
    `${claim.id} is refuted: ${claim.statement}`,
    `  ${plainWords(instance)}`,
    `  ${bothSides(conclusion)}`,
    `  replay with seed ${result.seed} and path ${result.path}`,
  ].join('\n');
}

/** A plain value in words: `modes: sigma 1, start 0; sigma 2, start 1 · time 0.5`. */
export function plainWords(value: unknown): string {
  if (Array.isArray(value)) {
    const nested = value.some((part) => typeof part === 'object' && part !== null);
    return value.length === 0 ? 'none' : value.map(plainWords).join(nested ? '; ' : ', ');
  }
  if (typeof value !== 'object' || value === null) return String(value);
  const fields = Object.entries(value).map(([name, field]) => {
    const isCompound = typeof field === 'object' && field !== null;
    // `extraRows` as `extra rows`.
    const words = name.replace(
      /([a-z])([A-Z])/g,
      (_, before: string, after: string) => `${before} ${after.toLowerCase()}`,
    );
    return `${words}${isCompound ? ': ' : ' '}${plainWords(field)}`;
  });
  const isFlat = Object.values(value).every((field) => typeof field !== 'object' || field === null);
  return fields.join(isFlat ? ', ' : ' · ');
}

/** Both sides of a conclusion that failed, with the tolerance it was judged at. */
export function bothSides({ left, relation, right, tolerance, failure }: Conclusion): string {
  if (failure !== undefined) return `not evaluated: ${failure}`;
  const opposite = { '=': '≠', '≤': '>', '<': '≥', '≥': '<', '>': '≤' }[relation];
  const [one, other] = [left, right].map(({ value }) => Number(value.toPrecision(6)));
  return `${left.label} = ${one} ${opposite} ${other} = ${right.label} (tolerance ${tolerance.toPrecision(2)})`;
}
