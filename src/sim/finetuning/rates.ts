import { eventLoopTurns } from '../scenario/event-loop.js';
import type { RunEvent } from '../scenario/scenario.js';
import { largestValue, paceOf } from './checks/numbers.js';
import { tuningDiverged } from './networks.js';
import { type FineTuningMethod, predict } from './prediction.js';
import type { FineTuningSimulation, PreparedFineTuning } from './prepare.js';
import type { Tuning } from './tuning.js';

/** Losses of one network after fine-tuning; Infinity where it diverged. */
export interface Losses {
  readonly lossPre: number;
  readonly lossFt: number;
}

/** A learning rate and what it leads to. */
interface RatedLosses extends Losses {
  readonly rate: number;
}

/** The outcome of a search. */
export interface BestRate {
  readonly rate: number;
  /** Range of the pre-training loss over the rates that were found to be as good: what the search leaves open. */
  readonly spread: number;
}

/** Golden sections that narrow the best rate down, after the grid: together they leave 10⁻⁵ of the bracket. */
export const SECTIONS = 24;

const GOLDEN = (Math.sqrt(5) - 1) / 2;

/** Losses nearer than this share of the squared norm of the task are equal: then the smaller rate is taken. */
const EQUAL_SHARE = 1e-9;

/**
 * The search for the learning rate with the least loss, from one checkpoint: a grid, then golden sections in the logarithm of
 * the rate between the neighbours of the best grid point. It says what it wants to know next, so that the searches of all
 * checkpoints advance side by side.
 */
export class RateSearch {
  private readonly known: RatedLosses[] = [];
  /** Ends of the bracket and its two inner points, as logarithms. */
  private bracket: { low: number; high: number } | undefined;
  private inner: RatedLosses[] = [];

  /**
   * @param grid rates to begin with, increasing
   * @param squaredNorm `‖A_ft‖²`
   */
  constructor(
    private readonly grid: readonly number[],
    private readonly squaredNorm: number,
  ) {}

  /** Rates whose losses are wanted next. */
  wanted(): number[] {
    if (this.known.length === 0) return [...this.grid];
    const { low, high } = this.bracket!;
    const width = GOLDEN * (high - low);
    const [lower, upper] = [Math.exp(high - width), Math.exp(low + width)];
    if (this.inner.length === 0) return [lower, upper];
    return [this.inner[0]!.rate < Math.exp((low + high) / 2) ? upper : lower];
  }

  /** Takes in the losses of the rates that were wanted, in their order. */
  learn(losses: readonly Losses[]): void {
    const rated = this.wanted().map((rate, index): RatedLosses => ({ rate, ...losses[index]! }));
    if (this.known.length === 0) this.bracketBest(rated);
    else this.narrow([...this.inner, ...rated].sort((a, b) => a.rate - b.rate));
    this.known.push(...rated);
  }

  /** The best of all rates that were tried; the smallest of equally good ones. */
  best(): BestRate {
    const { rate } = this.bestOf(this.known);
    const alike = this.known.filter(({ lossFt }) => lossFt <= this.limitOf(this.known));
    const lossesPre = alike.map(({ lossPre }) => lossPre);
    const spread = lossesPre.reduce((a, b) => Math.max(a, b)) - lossesPre.reduce((a, b) => Math.min(a, b));
    return { rate, spread: Number.isFinite(spread) ? spread : 0 };
  }

  private bracketBest(rated: readonly RatedLosses[]): void {
    const at = rated.indexOf(this.bestOf(rated));
    const low = rated[Math.max(0, at - 1)]!.rate;
    const high = rated[Math.min(rated.length - 1, at + 1)]!.rate;
    this.bracket = { low: Math.log(low), high: Math.log(high) };
  }

  private narrow([lower, upper]: readonly RatedLosses[]): void {
    const { low, high } = this.bracket!;
    if (this.bestOf([lower!, upper!]) === lower) {
      this.bracket = { low, high: Math.log(upper!.rate) };
      this.inner = [lower];
    } else {
      this.bracket = { low: Math.log(lower!.rate), high };
      this.inner = [upper!];
    }
  }

  private bestOf(rated: readonly RatedLosses[]): RatedLosses {
    const limit = this.limitOf(rated);
    return rated.reduce((best, one) =>
      one.lossFt <= limit && (best.lossFt > limit || one.rate < best.rate) ? one : best,
    );
  }

  /** Fine-tuning losses up to here are as good as the best. */
  private limitOf(rated: readonly RatedLosses[]): number {
    return rated.reduce((a, b) => Math.min(a, b.lossFt), Infinity) + EQUAL_SHARE * this.squaredNorm;
  }
}

/** What the search over rates reports. */
export type RateSearchEvent =
  | Extract<RunEvent, { kind: 'progress' }>
  | { readonly kind: 'losses'; readonly tuning: Tuning; readonly losses: Losses };

/**
 * For every checkpoint the learning rate that leads to the least fine-tuning loss. All checkpoints and rates advance as one
 * ensemble, first on the grid, then in golden sections.
 *
 * @param common what the networks have in common, one for each checkpoint
 * @param grid rates to begin with, increasing
 * @returns the best rate of each checkpoint; events of kind `losses` report the networks of the grid
 */
export async function* tuneRates(
  prepared: PreparedFineTuning,
  common: readonly Omit<Tuning, 'rate'>[],
  grid: readonly number[],
  method: FineTuningMethod,
  signal: AbortSignal | undefined,
): AsyncGenerator<RateSearchEvent, BestRate[], undefined> {
  const searches = common.map(
    ({ task }) =>
      new RateSearch(
        grid,
        task.values.reduce((sum, value) => sum + value * value, 0),
      ),
  );
  const rounds = SECTIONS + 1;
  for (let round = 0; round < rounds; round++) {
    const wanted = searches.map((search) => search.wanted());
    const tunings = common.flatMap((member, index) => wanted[index]!.map((rate) => ({ ...member, rate })));
    const losses = await lossesOf(prepared, tunings, method, signal);
    if (round === 0) {
      for (const [index, tuning] of tunings.entries()) {
        yield { kind: 'losses', tuning, losses: losses[index]! };
      }
    }
    let at = 0;
    searches.forEach((search, index) => {
      const count = wanted[index]!.length;
      search.learn(losses.slice(at, at + count));
      at += count;
    });
    yield { kind: 'progress', done: round + 1, total: rounds, label: 'search for the best rates' };
  }
  return searches.map((search) => search.best());
}

async function lossesOf(
  { study, simulation }: PreparedFineTuning,
  tunings: readonly Tuning[],
  method: FineTuningMethod,
  signal: AbortSignal | undefined,
): Promise<Losses[]> {
  if (simulation !== undefined) return simulatedLosses(study, simulation, tunings, signal);
  const turn = eventLoopTurns(signal);
  const losses: Losses[] = [];
  for (const tuning of tunings) {
    await turn();
    losses.push(predict(study, tuning, method));
  }
  return losses;
}

async function simulatedLosses(
  study: PreparedFineTuning['study'],
  simulation: FineTuningSimulation,
  tunings: readonly Tuning[],
  signal: AbortSignal | undefined,
): Promise<Losses[]> {
  const turn = eventLoopTurns(signal);
  const divergedAt: (number | undefined)[] = [];
  for (const tuning of tunings) {
    await turn();
    const mayDiverge = 2 * paceOf(tuning) * largestValue(study, tuning) > 1;
    divergedAt.push(mayDiverge ? simulation.expect(tuning).divergedAt : undefined);
  }
  const losses: Losses[] = new Array(tunings.length);
  for await (const event of simulation.tune(tunings, divergedAt)) {
    if (event.kind !== 'outcome') continue;
    const { index, outcome } = event;
    losses[index] = tuningDiverged(outcome) ? { lossPre: Infinity, lossFt: Infinity } : outcome;
  }
  return losses;
}
