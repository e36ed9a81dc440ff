import { type AppState, claimsOf, openScenario } from '../state/app-state.js';
import { checkOf, verdictSign, verdictText } from './claim-text.js';
import type { ListedLines } from './home-lines.js';
import { column, type StyledLine } from './styled-line.js';

const ID_CELLS = 14;

/** Each claim that the scenario bears on, with its verdict in this run and the margin. */
export function claimLines(state: AppState): ListedLines {
  const { experiment, scenario } = openScenario(state);
  const lines = claimsOf(scenario, experiment.shown).map((claim, index): StyledLine => {
    const isHere = index === experiment.claim && experiment.focus === 'claims';
    const check = checkOf(experiment.shown, claim);
    const title = state.theorems.get(claim)?.title;
    return [
      { text: isHere ? (state.unicode ? '❯ ' : '> ') : '  ', tone: 'good' },
      verdictSign(check, state.unicode),
      { text: ` ${column(claim, ID_CELLS - 2)}`, tone: isHere ? 'strong' : 'plain' },
      verdictText(check),
      { text: title === undefined ? '' : `  ${title}`, tone: 'faint' },
    ];
  });
  return { lines, cursor: experiment.claim };
}

/** All verdicts in one line. */
export function claimSummary(state: AppState): StyledLine {
  const { experiment, scenario } = openScenario(state);
  return claimsOf(scenario, experiment.shown).flatMap((claim) => [
    { text: ` ${claim} ` },
    verdictSign(checkOf(experiment.shown, claim), state.unicode),
  ]);
}
