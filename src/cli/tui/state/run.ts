import { RunCollector, type RunResults } from '../../../sim/scenario/run-document.js';
import type { Check, Compute, Divergence, RunEvent, Scenario, Verdict } from '../../../sim/scenario/scenario.js';
import type { Row } from '../../../sim/scenario/table.js';
import { reproducingCommand } from '../../settings/run-request.js';
import type { RunOrder, RunOutcome, RunProgress, RunRecord } from '../worker/run-order.js';
import { type AppState, draftOf, type Effect, type Experiment, openScenario, type Step, stepTo } from './app-state.js';
import { checkDraft } from './draft.js';

/** A run and what has come of it so far. Immutable. */
export interface Run {
  readonly order: RunOrder;
  /** `stopping` between the wish to cancel and the end. */
  readonly status: 'running' | 'stopping' | RunOutcome['status'];
  readonly compute: Compute | null;
  /** Rows by table, in the order in which they came. */
  readonly rows: Readonly<Record<string, readonly Row[]>>;
  readonly checks: readonly Check[];
  readonly warnings: readonly string[];
  readonly diverged: readonly Divergence[];
  /** On the paper that the scenario is about; null as long as there is none. */
  readonly verdict: Verdict | null;
  readonly progress: RunProgress | null;
  /** Only once it has finished. */
  readonly record: RunRecord | null;
  /** Where it is kept; null as long as it is not. */
  readonly folder: string | null;
}

/** A run that has just been ordered. */
export function startedRun(order: RunOrder): Run {
  return {
    order,
    status: 'running',
    compute: null,
    rows: {},
    checks: [],
    warnings: [],
    diverged: [],
    verdict: null,
    progress: null,
    record: null,
    folder: null,
  };
}

/** Whether a run is still being computed. */
export function isOngoing({ status }: Run): boolean {
  return status === 'running' || status === 'stopping';
}

/** Whether there is anything to draw. */
export function hasRows({ rows }: Run): boolean {
  return Object.values(rows).some((table) => table.length > 0);
}

/** A run after more of its events. */
export function withEvents(run: Run, events: readonly RunEvent[], progress: RunProgress | undefined): Run {
  const rows: Record<string, readonly Row[]> = { ...run.rows };
  const fresh = new Map<string, Row[]>();
  for (const event of events) {
    if (event.kind !== 'rows') continue;
    const gathered = fresh.get(event.table) ?? [];
    for (const row of event.rows) gathered.push(row);
    fresh.set(event.table, gathered);
  }
  for (const [table, more] of fresh) rows[table] = [...(rows[table] ?? []), ...more];
  return {
    ...run,
    rows,
    compute: events.findLast((event) => event.kind === 'compute')?.compute ?? run.compute,
    checks: [...run.checks, ...events.flatMap((event) => (event.kind === 'check' ? [event.check] : []))],
    warnings: [...run.warnings, ...events.flatMap((event) => (event.kind === 'warning' ? [event.text] : []))],
    diverged: [...run.diverged, ...events.flatMap((event) => (event.kind === 'diverged' ? [event.divergence] : []))],
    verdict: events.findLast((event) => event.kind === 'verdict')?.verdict ?? run.verdict,
    progress: progress ?? run.progress,
  };
}

/** A run at its end. */
export function withOutcome(run: Run, outcome: RunOutcome): Run {
  const record = outcome.status === 'finished' ? outcome.record : null;
  return { ...run, status: outcome.status, record };
}

const gathered = new WeakMap<Run, RunResults>();

/** The results of a run as `overtrain run` would have them, rows in the order that the scenario asks for. */
export function resultsOf(run: Run, scenario: Scenario): RunResults {
  const known = gathered.get(run);
  if (known !== undefined) return known;
  const collector = new RunCollector(scenario);
  for (const [table, rows] of Object.entries(run.rows)) collector.add({ kind: 'rows', table, rows });
  for (const check of run.checks) collector.add({ kind: 'check', check });
  for (const text of run.warnings) collector.add({ kind: 'warning', text });
  for (const divergence of run.diverged) collector.add({ kind: 'diverged', divergence });
  if (run.verdict !== null) collector.add({ kind: 'verdict', verdict: run.verdict });
  const results = collector.results();
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

/**
 * Computes what is set by the exact engine, which is fast enough to follow the keys. A preview that is still under way
 * is given up for it; a run that the user started is not.
 */
export function preview(state: AppState): Step {
  const { experiment, scenario } = openScenario(state);
  if (!scenario.engines.includes('exact') || experiment.active?.order.isPreview === false) return stepTo(state);
  if (!checkDraft(scenario, draftOf(state, scenario.id)).isValid) return stepTo(state);
  return order(state, true);
}

/** Starts a run with the engine and backend that are set. */
export function startRun(state: AppState): Step {
  const { experiment, scenario } = openScenario(state);
  if (experiment.active?.order.isPreview === false)
    return stepTo({
      ...state,
      notice: { tone: 'faint', text: 'this run is already in progress; press esc to cancel it' },
    });
  const verdict = checkDraft(scenario, draftOf(state, scenario.id));
  if (!verdict.isValid) return stepTo({ ...state, notice: { tone: 'bad', text: verdict.message } });
  return order(state, false);
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

/** The command line that gives the numbers of a run again. */
export function runCommand(scenario: Scenario, { order, compute }: Run): string {
  const settings = new Map(Object.entries(order.settings));
  return `npx ${reproducingCommand({ ...order, scenario, settings, parameters: {} }, compute ?? undefined)}`;
}
