import type { Figure } from '../../../sim/scenario/figure.js';
import type { Scenario } from '../../../sim/scenario/scenario.js';
import { explainResults } from '../../output/explanation.js';
import { type Run, resultsOf } from '../state/run.js';

/**
 * What the chart of a run shows, in three sentences with the numbers of the run: what is seen, where the curves turn, and
 * what the checks say.
 *
 * @param parameters the parameters of the run, resolved
 */
export function explainRun(scenario: Scenario, run: Run, figure: Figure, parameters: object): readonly string[] {
  const course = { compute: run.compute, isFinished: run.status === 'finished' };
  return explainResults(scenario, resultsOf(run, scenario), course, figure, parameters);
}
