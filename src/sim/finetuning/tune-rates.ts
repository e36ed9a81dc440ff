import { eventLoopTurns } from '../scenario/event-loop.js';
import type { RunEvent } from '../scenario/scenario.js';
import { largestValue, paceOf } from './checks/step-size.js';
import { tuningDiverged } from './ensemble.js';
import { type FineTuningMethod, predict } from './prediction.js';
import type { FineTuningSimulation, PreparedFineTuning } from './prepare.js';
import { type BestRate, type Losses, RateSearch, SECTIONS } from './rate-search.js';
import type { Tuning } from './tuning.js';

/** What the search over rates tells. */
export type RateSearchEvent =
  | Extract<RunEvent, { kind: 'progress' }>
  | { readonly kind: 'losses'; readonly tuning: Tuning; readonly losses: Losses };

/**
 * For every checkpoint the learning rate that leads to the least fine-tuning loss. All checkpoints and rates advance as one
 * ensemble, first on the grid, then in golden sections.
 *
 * @param common what the networks have in common, one for each checkpoint
 * @param grid rates to begin with, increasing
 * @returns the best rate of each checkpoint; events of kind `losses` tell of the networks of the grid
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
