import { retainedRise } from '../../../theory/exposure.js';
import type { Row } from '../../scenario/table.js';
import type { ExposureStages } from './exposed-network.js';
import { type ExposedRun, lossesOf, matchedTheory } from './exposed-runs.js';
import { coveredLossRounding, type ExposedMode } from './exposure-tasks.js';
import { PUBLISHED } from './published.js';

/** A row of the table `curve`. */
export function curveRow({ modes, postTraining, mix, postSteps, theory, simulated }: ExposedRun): Row {
  const predicted = lossesOf(modes, theory);
  const measured = simulated && lossesOf(modes, simulated);
  const converged = retainedRise(modes.map((mode, at) => ({ ...mode, start: theory.postTrained[at]! })));
  return [
    postTraining,
    mix,
    postSteps,
    predicted.immediate,
    measured?.immediate ?? null,
    predicted.retained,
    measured?.retained ?? null,
    predicted.retained - predicted.immediate,
    measured === undefined ? null : measured.retained - measured.immediate,
    converged,
  ];
}

/** Rows of the table `modes`. */
export function modeRows({ modes, mix, theory, simulated }: ExposedRun): Row[] {
  return modes.map(({ kind }, mode) => [
    mix,
    mode + 1,
    kind,
    theory.pretrained[mode]!,
    simulated?.pretrained[mode] ?? null,
  ]);
}

/** A row of the table `accuracy`; undefined where nothing was simulated. */
export function accuracyRow(run: ExposedRun, rounding: number): Row | undefined {
  const { modes, postTraining, mix, theory, expected, simulated } = run;
  if (simulated === undefined) return undefined;
  const data = modes.map(({ postTraining: task }) => task);
  const [exact, flow] = [lossesOf(modes, expected), lossesOf(modes, theory)];
  return [
    postTraining,
    mix,
    exact.immediate - flow.immediate,
    coveredLossRounding(data, expected.postTrained, rounding),
    exact.retained - flow.retained,
    coveredLossRounding(data, expected.fineTuned, rounding),
  ];
}

/** Rows of the table `published`. */
export function publishedRows(modes: readonly ExposedMode[], stages: ExposureStages): Row[] {
  const here = PUBLISHED.mixes.map((mix) => matchedTheory(modes, mix, stages));
  return PUBLISHED.sizes.flatMap(({ size, retained, immediate }) =>
    PUBLISHED.mixes.map((mix, at) => [
      size,
      mix,
      retained[at]!,
      immediate[at]!,
      here[at]!.retained,
      here[at]!.immediate,
    ]),
  );
}
