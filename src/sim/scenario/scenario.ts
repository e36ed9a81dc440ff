import type { z } from 'zod';
import type { Backend } from '../backends/backend.js';
import type { BackendChoice } from '../backends/backend-list.js';
import type { BackendNeed, OpenBackend } from '../backends/open-backend.js';
import type { CallJournal, WorkMeter } from '../backends/watched-backend.js';
import type { Figure } from './figure.js';
import type { Column, Row } from './table.js';

/** How a trajectory is obtained: in closed form, by the scalar recurrences of T0, or by descent on the full matrices. */
export type EngineName = 'exact' | 'modes' | 'matrix';

export type EngineChoice = EngineName | 'auto';

export const engineChoices: readonly EngineChoice[] = ['auto', 'exact', 'modes', 'matrix'];

/** What the numbers of one run say about a paper that the scenario is about, computed from them and never written by hand. */
export interface Verdict {
  readonly verdict: 'agrees' | 'disagrees' | 'open in the linear model';
  /** The numbers that decided, in one or two sentences. */
  readonly reason: string;
}

/** The verdict on a paper by whether the numbers bear its claim out, and whether they contradict it. */
export function verdictOf(agrees: boolean, disagrees: boolean, reason: string): Verdict {
  return { verdict: agrees ? 'agrees' : disagrees ? 'disagrees' : 'open in the linear model', reason };
}

/** Whether a claim of the theory was met by the numbers of one run. */
export interface Check {
  /** Claim id, such as `T1`; the claim is stated and proved under that heading of proofs.md. */
  readonly claim: string;
  readonly verdict: 'holds' | 'fails' | 'not-applicable';
  /** Signed slack: how far inside (positive) or outside (negative) the claim the worst case of the run lies. */
  readonly margin: number | null;
  /** How negative the margin may be before the claim counts as failed: rounding, discretisation, Monte Carlo error. */
  readonly tolerance: number | null;
  /** What was compared and, for `not-applicable`, why it could not be. */
  readonly reason: string;
}

/** The verdict on a measured margin: a claim holds when `margin ≥ −tolerance`. NaN never holds. */
export function judge(claim: string, margin: number, tolerance: number, reason: string): Check {
  return { claim, verdict: margin >= -tolerance ? 'holds' : 'fails', margin, tolerance, reason };
}

/** A claim whose hypotheses this run does not meet. */
export function notApplicable(claim: string, reason: string): Check {
  return { claim, verdict: 'not-applicable', margin: null, tolerance: null, reason };
}

/** The verdict on the worst of many comparisons; the claim does not apply where there were none. */
export function judgeWorst(
  claim: string,
  worst: { readonly comparisons: number; readonly margin: number; readonly tolerance: number },
  whyNone: string,
  reason: string,
): Check {
  return worst.comparisons === 0 ? notApplicable(claim, whyNone) : judge(claim, worst.margin, worst.tolerance, reason);
}

/** What really computed a run, for the record. */
export interface Compute {
  readonly engine: EngineName;
  /** Backend that ran; `host` for closed forms, which need none. */
  readonly backend: string;
  /** Backend that the user asked for. */
  readonly requested: string;
  readonly device: string;
  readonly precision: 'f32' | 'f64';
  /** Why this engine and backend were taken. */
  readonly reason: string;
}

/** A network whose training left the region where the theory, or floating point, can follow it. */
export interface Divergence {
  /** Which network of the ensemble, in words: `pre-training`, `learning rate 0.5, time 10`. */
  readonly network: string;
  /** First gradient-descent step after which the loss had risen or was no longer finite. */
  readonly step: number;
  readonly learning_rate: number;
}

/** What a run reports while it is running. Rows arrive as they are computed; `rowOrder` says how a table is kept. */
export type RunEvent =
  | { readonly kind: 'compute'; readonly compute: Compute }
  | { readonly kind: 'progress'; readonly done: number; readonly total: number; readonly label: string }
  | { readonly kind: 'rows'; readonly table: string; readonly rows: readonly Row[] }
  | { readonly kind: 'check'; readonly check: Check }
  | { readonly kind: 'verdict'; readonly verdict: Verdict }
  | { readonly kind: 'warning'; readonly text: string }
  | { readonly kind: 'diverged'; readonly divergence: Divergence };

/** A paper on whose claim a scenario gives a verdict. */
export interface Paper {
  /** Its number, as `arXiv 2605.12705`. */
  readonly id: string;
  readonly title: string;
  /** What it claims, in one sentence of plain text. */
  readonly claim: string;
}

/** What a run is asked to do, besides its parameters. */
export interface RunRequest {
  /** Seed of every random number of the run: an integer in [0, 2^53). */
  readonly seed: number;
  readonly engine: EngineChoice;
  readonly backend: BackendChoice;
  /** Aborting it ends the run at the next event. */
  readonly signal?: AbortSignal;
  /** Where the run counts its work. */
  readonly work?: WorkMeter;
  /** Where what the backend computes is kept, for a run that may be cut off. */
  readonly journal?: CallJournal;
  /** What opens the backend, for runs that share one. Default: `openBackend`. */
  readonly openBackend?: OpenBackend;
}

/** What is decided about a run before anything of it is computed; a scenario adds what it needs to carry the plan out. */
export interface Plan {
  readonly engine: EngineName;
  /** What the run needs of the backend; absent for a closed form, which runs on none. */
  readonly backend?: BackendNeed | undefined;
  /** What the user should know before the numbers come, by the precision of the backend that was opened. */
  warnings?(precision: Backend['precision']): readonly string[];
}

/** The plan of a scenario that decides nothing but what the backend must be able to do. */
export interface ParametersPlan<Parameters> extends Plan {
  readonly parameters: Parameters;
}

/** What a run computes with. */
export interface RunContext {
  readonly seed: number;
  /** Absent where the plan asks for none. */
  readonly backend?: Backend;
  readonly signal?: AbortSignal;
}

/** The parameters of a scenario, as its schema reads them but for those that `resolve` completes. */
export type Resolved<Schema extends z.ZodObject, Completed = object> = Readonly<
  Omit<z.output<Schema>, keyof Completed> & Completed
>;

/**
 * A numerical experiment on one question of the theory. The command line, the terminal UI, sweeps and the report read
 * this same object, so that a new scenario is one new file.
 */
export interface Scenario<
  Parameters extends object = object,
  OwnPlan extends Plan = Plan,
  Schema extends z.ZodObject = z.ZodObject,
> {
  readonly id: string;
  readonly title: string;
  /** One sentence: what a reader sees in it. */
  readonly summary: string;
  /** Where the question comes from: paper and section, or claim ids. */
  readonly source: string;
  readonly group: 'main paper' | 'citing papers';
  /** The citing paper on which its runs give a verdict. */
  readonly paper?: Paper;
  /** Ids of the claims that the scenario bears on. */
  readonly claims: readonly string[];
  /** Engines that can run it, the one that `auto` takes first. */
  readonly engines: readonly EngineName[];
  /** One zod schema per parameter, each with its {@link ParameterMeta}. */
  readonly schema: Schema;
  /** Settings that belong together, by the name under which `preset=NAME` sets them all; others can be set beside it. */
  readonly presets?: Readonly<Record<string, Readonly<Record<string, string>>>>;
  readonly tables: Readonly<Record<string, readonly Column[]>>;
  /** Columns by which the rows of a table are sorted once all are there; a table without an entry keeps their order. */
  readonly rowOrder?: Readonly<Record<string, readonly string[]>>;
  readonly figures: readonly Figure[];
  /**
   * Completes parameters that one schema alone cannot: shapes, spectra padded to them, defaults that depend on others.
   *
   * @throws InvalidInputError when parameters contradict each other or would not fit in memory
   */
  resolve(parsed: z.output<Schema>): Parameters;
  /**
   * Decides how the experiment is computed: the engine, the steps, what the backend must be able to do.
   *
   * @throws InvalidInputError when the request cannot be met, or would not fit in memory
   */
  plan(parameters: Parameters, request: RunRequest): OwnPlan | Promise<OwnPlan>;
  /** Runs the experiment as planned. The same plan and seed give the same events, numbers included. */
  run(plan: OwnPlan, context: RunContext): AsyncGenerator<RunEvent, void, undefined>;
}
