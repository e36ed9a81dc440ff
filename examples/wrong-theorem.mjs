// A wrong theorem, stated, tried and refuted: "sensitivity grows along gradient flow from any start".
//
//     node examples/wrong-theorem.mjs
//
// The true one, T2, needs a start below the task in every mode. Here that hypothesis is left out.
import * as fc from 'fast-check';
import { arbitraries, atLeast, checkClaim, createProblem, defineClaim, refutationText, sensitivityAt } from 'overtrain';

const growsFromAnyStart = defineClaim({
  id: 'Wrong',
  title: 'Sensitivity grows from any start',
  statement: 'Along gradient flow from any start, the sensitivity to Gaussian noise never falls.',
  origin: 'nobody, fortunately',
  domain: fc.record({
    spectrum: arbitraries.singularValues(6),
    // The start is scaled as a whole: up to ten times the task in every mode, where T2 allows less than once.
    scale: arbitraries.decades(-2, 1),
    gamma: arbitraries.decades(-2, 0),
    time: arbitraries.flowTime,
  }),
  wellFormed: ({ spectrum, scale, gamma, time }) => spectrum.length > 0 && scale > 0 && gamma > 0 && time >= 0,
  hypotheses: [],
  conclusion({ spectrum, scale, gamma, time }) {
    const starts = spectrum.map((sigma) => scale * sigma);
    const problem = createProblem({ dim: spectrum.length, spectrum, tau: 0, starts });
    const before = { label: 'sensitivity at the start', value: sensitivityAt(problem, gamma, 0) };
    const after = { label: `sensitivity at time ${time}`, value: sensitivityAt(problem, gamma, time) };
    return atLeast(after, before, 1e-12 * before.value);
  },
  toleranceReason: 'both sides are sums of positive terms: rounding only',
});

const result = checkClaim(growsFromAnyStart, { runs: 1000, seed: 1 });
if (result.verdict === 'holds') throw new Error('the wrong theorem was not refuted');
console.log(refutationText(growsFromAnyStart, result));
