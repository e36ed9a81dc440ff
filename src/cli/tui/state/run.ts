import { RunCollector, type RunDocument, type RunResults } from '../../../sim/scenario/run-document.js';
import type { Compute, RunEvent, Scenario, Verdict } from '../../../sim/scenario/scenario.js';
import type { Row } from '../../../sim/scenario/table.js';
import { reproducingCommand } from '../../settings/run-request.js';
import {
  type AppState,
  draftOf,
  type Effect,
  type Experiment,
  openScenario,
  type Step,
  say,
  stepTo,
} from './app-state.js';
import { checkDraft, type Draft } from './draft.js';

/** A run, as it is sent to the thread that computes it. Plain data, so that it can cross to a worker thread. */
export interface RunOrder extends Draft {
  /** Identifies the run, so that news of one that is no longer wanted can be recognised. */
  readonly run: number;
  readonly scenario: string;
  /** A preview is wanted as soon and as whole as can be, so that a curve does not flicker while a key is held. */
  readonly isPreview: boolean;
}

export interface RunProgress extends Omit<Extract<RunEvent, { kind: 'progress' }>, 'kind'> {
  readonly millisecondsLeft: number | undefined;
  readonly perSecond: number | undefined;
  /** Optimiser steps per second so far, each network counted on its own; 0 for closed forms. */
  readonly networkStepsPerSecond: number;
}

export type RunRecord = Omit<RunDocument, keyof RunResults>;

export type RunOutcome =
  | { readonly status: 'finished'; readonly record: RunRecord }
  | { readonly status: 'cancelled' }
  | { readonly status: 'failed'; readonly message: string };

/** What is heard of a run: its events in their order, without those of progress, and its end. */
export type RunNews =
  | {
      readonly kind: 'run-events';
      readonly run: number;
      readonly events: readonly RunEvent[];
      readonly progress?: RunProgress;
    }
  | { readonly kind: 'run-ended'; readonly run: number; readonly outcome: RunOutcome };

export interface Run extends Pick<RunResults, 'checks' | 'warnings' | 'diverged'> {
  readonly order: RunOrder;
  /** `stopping` between the wish to cancel and the end. */
  readonly status: 'running' | 'stopping' | RunOutcome['status'];
  readonly compute: Compute | null;
  /** Rows by table, in the order in which they came. */
  readonly rows: Readonly<Record<string, readonly Row[]>>;
  /** On the paper that the scenario is about; null as long as there is none. */
  readonly verdict: Verdict | null;
  readonly progress: RunProgress | null;
  readonly record: RunRecord | null;
  readonly folder: string | null;
}

export function startedRun(order: RunOrder): Run {
  const results = { rows: {}, checks: [], warnings: [], diverged: [], verdict: null };
  return { order, status: 'running', compute: null, ...results, progress: null, record: null, folder: null };
}

export function hasRows({ rows }: Run): boolean {
  return Object.values(rows).some((table) => table.length > 0);
}

export function withEvents(run: Run, events: readonly RunEvent[], progress: RunProgress | undefined): Run {
  const of = <Kind extends RunEvent['kind']>(kind: Kind) =>
    events.filter((event): event is Extract<RunEvent, { kind: Kind }> => event.kind === kind);
  const rows: Record<string, readonly Row[]> = { ...run.rows };
  for (const table of new Set(of('rows').map((event) => event.table))) {
    const fresh = of('rows').filter((event) => event.table === table);
    rows[table] = [...(rows[table] ?? []), ...fresh.flatMap((event) => event.rows)];
  }
  return {
    ...run,
    rows,
    compute: of('compute').at(-1)?.compute ?? run.compute,
    checks: [...run.checks, ...of('check').map(({ check }) => check)],
    warnings: [...run.warnings, ...of('warning').map(({ text }) => text)],
    diverged: [...run.diverged, ...of('diverged').map(({ divergence }) => divergence)],
    verdict: of('verdict').at(-1)?.verdict ?? run.verdict,
    progress: progress ?? run.progress,
  };
}

const gathered = new WeakMap<Run, RunResults>();

/** The results of a run as `overtrain run` would have them, rows in the order that the scenario asks for. */
export function resultsOf(run: Run, scenario: Scenario): RunResults {
  const known = gathered.get(run);
  if (known !== undefined) return known;
  const collector = new RunCollector(scenario);
  for (const [table, rows] of Object.entries(run.rows)) collector.add({ kind: 'rows', table, rows });
  const { checks, warnings, diverged, verdict } = run;
  const results = { ...collector.results(), checks, warnings, diverged, ...(verdict === null ? {} : { verdict }) };
  gathered.set(run, results);
  return results;
}

/** The experiment after a change of its active run, which may be the one on the screen. */
export function withActive(experiment: Experiment, active: Run): Experiment {
  return { ...experiment, active, shown: isShown(experiment, active) ? active : experiment.shown };
}

/** The experiment without its active run; what has come of it stays on the screen as that of a cancelled run. */
export function withoutActive(experiment: Experiment): Experiment {
  const { active, shown } = experiment;
  if (active === null || shown === null || !isShown(experiment, active)) return { ...experiment, active: null };
  return { ...experiment, active: null, shown: { ...shown, status: 'cancelled' } };
}

function isShown({ shown }: Experiment, { order }: Run): boolean {
  return shown?.order.run === order.run;
}

/** Computes what is set by the exact engine. A preview still under way is given up for it; a run that the user started is not. */
export function preview(state: AppState): Step {
  const { experiment, scenario } = openScenario(state);
  if (!scenario.engines.includes('exact') || experiment.active?.order.isPreview === false) return stepTo(state);
  return 'message' in checkDraft(scenario, draftOf(state, scenario.id)) ? stepTo(state) : order(state, true);
}

export function startRun(state: AppState): Step {
  const { experiment, scenario } = openScenario(state);
  if (experiment.active?.order.isPreview === false)
    return say(state, 'faint', 'this run is already in progress; press esc to cancel it');
  const checked = checkDraft(scenario, draftOf(state, scenario.id));
  return 'message' in checked ? say(state, 'bad', checked.message) : order(state, false);
}

function order(state: AppState, isPreview: boolean): Step {
  const { experiment, scenario } = openScenario(state);
  const draft = draftOf(state, scenario.id);
  const engine = isPreview ? ({ engine: 'exact', backend: 'auto' } as const) : {};
  const active = startedRun({ ...draft, ...engine, run: state.nextRun, scenario: scenario.id, isPreview });
  const given: Effect[] = experiment.active === null ? [] : [{ kind: 'cancel-run', run: experiment.active.order.run }];
  return stepTo(
    { ...state, nextRun: state.nextRun + 1, experiment: { ...withoutActive(experiment), active } },
    ...given,
    { kind: 'start-run', order: active.order },
  );
}

export function runCommand(scenario: Scenario, { order, compute }: Run): string {
  const settings = new Map(Object.entries(order.settings));
  return `npx ${reproducingCommand({ ...order, scenario, settings }, compute ?? undefined)}`;
}
