import type { Estimate } from '../../noise/excess.js';
import { type Check, judgeWorst, type Verdict, verdictOf } from '../../scenario/scenario.js';
import { SmallestSlack } from '../../training/training-checks.js';
import type { ReplaySummary } from './columns.js';
import { type ReplayMethod, type ReplayPoint, type Sweep, sweptValue } from './replay-runs.js';

/** Singular values to 1e-14 of the squared norm, divided by the smallest share of the old task, `e^-9`. */
const ROUNDING = 1e-9;

/**
 * T7-forgetting: no network has a smaller loss on the old task than its width and its loss on the new one allow. Losses are those of the very
 * weights that were trained, so that the precision of training plays no part. The margin is the least distance from the floor, in
 * units of the loss.
 *
 * @param squaredNorm of both tasks together
 */
export function checkForgettingFloor(points: readonly ReplayPoint[], squaredNorm: number): Check {
  const slack = new SmallestSlack();
  for (const { outcomes } of points) {
    for (const { lossOld, floor } of outcomes) slack.add(lossOld - floor, ROUNDING * squaredNorm);
  }
  return judgeWorst(
    'T7-forgetting',
    slack,
    'no network was trained',
    `${slack.comparisons} networks against the least loss on the old task at their width and their loss on the new one`,
  );
}

/** Standard errors by which two means must differ to be in an order. */
const STANDARD_ERRORS = 3;

/** Self-generated replay that leaves this share of forgetting has nearly eliminated it. */
const NEARLY = 0.1;

/** Change between the two smallest rates below which a curve is level there. */
const LEVEL = 0.05;

/** What the paper reports, one by one, as this run has it. */
interface Finding {
  readonly holds: boolean;
  readonly text: string;
}

/**
 * Whether forgetting at a fixed loss on the new task rises with pre-training, falls with width and with replay, is level at small
 * rates, and is nearly eliminated by self-generated replay except where the width is saturated.
 */
export function replayVerdict(points: readonly ReplaySummary[], hidden: number, widest: number): Verdict {
  const curve = (sweep: Sweep, method: ReplayMethod, width?: number) =>
    points
      .filter(
        ({ point: { setting }, reached }) =>
          setting.sweep === sweep &&
          setting.method === method &&
          (width === undefined || setting.hidden === width) &&
          reached > 0,
      )
      .sort((a, b) => sweptValue(a.point.setting) - sweptValue(b.point.setting));
  const length = curve('pre-training', 'none', hidden);
  const widths = curve('width', 'none');
  const rates = curve('rate', 'none');
  const replays = curve('replay', 'true-data');
  const own = curve('replay', 'self-generated');
  const replayed = curve('width', 'self-generated');
  if ([length, widths, rates, replays, own, replayed].some(({ length: count }) => count < 2)) {
    return verdictOf(
      false,
      false,
      'a curve of the run has fewer than two points that reached the loss on the new task',
    );
  }
  const left = (at: number) => replayed.at(at)!.forgetting.mean / widths.at(at)!.forgetting.mean;
  const findings: Finding[] = [
    {
      holds: isOrdered(length, 1),
      text: `forgetting goes from ${ends(length)} with pre-training time at width ${hidden}`,
    },
    { holds: isOrdered(widths, -1), text: `from ${ends(widths)} with width` },
    {
      holds: isOrdered(replays, -1) && isOrdered(own, -1),
      text: `from ${ends(replays)} with true and from ${ends(own)} with self-generated replay`,
    },
    {
      holds: Math.abs(rates[1]!.forgetting.mean / rates[0]!.forgetting.mean - 1) < LEVEL,
      text: `it is ${short(rates[0]!.forgetting.mean)} and ${short(rates[1]!.forgetting.mean)} at the two smallest rates`,
    },
    {
      holds: left(-1) < NEARLY && left(0) > NEARLY,
      text: `self-generated replay leaves ${short(100 * left(-1))} % of it at width ${widest} and ${short(100 * left(0))} % at the narrowest`,
    },
  ];
  const turn = `the loss after fine-tuning ${turns(length)} at width ${hidden} and ${turns(curve('pre-training', 'none', widest))} at ${widest}`;
  const missing = findings.filter(({ holds }) => !holds).length;
  const reason = `${findings.map(({ holds, text }) => (holds ? text : `${text} (not as published)`)).join('; ')}; ${turn}`;
  return verdictOf(missing === 0, missing === findings.length, reason);
}

/** Whether forgetting differs from the first point to the last in this direction, and nowhere goes back by more than its errors. */
function isOrdered(points: readonly ReplaySummary[], direction: 1 | -1): boolean {
  const rise = (from: ReplaySummary, to: ReplaySummary) => direction * (to.forgetting.mean - from.forgetting.mean);
  const error = (from: ReplaySummary, to: ReplaySummary) =>
    STANDARD_ERRORS * Math.hypot(from.forgetting.standardError, to.forgetting.standardError);
  const neighbours = points.slice(1).map((to, at) => [points[at]!, to] as const);
  const [first, last] = [points[0]!, points.at(-1)!];
  return rise(first, last) > error(first, last) && neighbours.every(([from, to]) => rise(from, to) >= -error(from, to));
}

function ends(points: readonly ReplaySummary[]): string {
  return `${withError(points[0]!.forgetting)} to ${withError(points.at(-1)!.forgetting)}`;
}

/** Whether the loss after fine-tuning rises again with longer pre-training. */
function turns(points: readonly ReplaySummary[]): string {
  const last = points.at(-1);
  const least = points.reduce<ReplaySummary | undefined>(
    (low, next) => (low === undefined || next.after.mean < low.after.mean ? next : low),
    undefined,
  );
  if (last === undefined || least === undefined) return 'is unknown';
  const rise = last.after.mean - least.after.mean;
  return rise > STANDARD_ERRORS * Math.hypot(last.after.standardError, least.after.standardError)
    ? `turns up again by ${short(rise)}`
    : 'does not turn up';
}

function withError({ mean, standardError: error }: Estimate): string {
  return error === 0 ? short(mean) : `${short(mean)} ± ${Number(error.toPrecision(1))}`;
}

function short(value: number): string {
  return String(Number(value.toPrecision(2)));
}
