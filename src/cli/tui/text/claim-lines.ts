import type { Check } from '../../../sim/scenario/scenario.js';
import { bothSides } from '../../../theory/claims/engine/claim.js';
import { readableNumber } from '../../output/text-table.js';
import type { ShownCounterexample, VerifiedClaim } from '../../verify/verify-document.js';
import { type AppState, type Attack, claimsOf, openScenario } from '../state/app-state.js';
import type { Run } from '../state/run.js';
import type { ListedLines } from './home-lines.js';
import { column, plainLine, type Span, type StyledLine, wrapped } from './styled-line.js';

/** Sign, word and tone of each verdict; the sign alone distinguishes them without colour. */
const VERDICTS = {
  holds: { sign: '✓', plain: '+', word: 'holds', tone: 'good' },
  fails: { sign: '✗', plain: '!', word: 'FAILS', tone: 'bad' },
  'not-applicable': { sign: '–', plain: '-', word: 'not applicable', tone: 'caution' },
  open: { sign: '·', plain: '.', word: 'not judged yet', tone: 'faint' },
} as const;

/** What a run has shown of a claim so far. */
export function checkOf(run: Run | null, claim: string): Check | undefined {
  return run?.checks.findLast((check) => check.claim === claim);
}

/** The sign of a verdict. */
export function verdictSign(check: Check | undefined, unicode: boolean): Span {
  const { sign, plain, tone } = VERDICTS[check?.verdict ?? 'open'];
  return { text: unicode ? sign : plain, tone };
}

/** A verdict in words, with its margin. */
export function verdictText(check: Check | undefined): Span {
  const { word, tone } = VERDICTS[check?.verdict ?? 'open'];
  const margin = check?.margin == null ? '' : `, margin ${readableNumber(check.margin, 3)}`;
  return { text: word + margin, tone };
}

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

/** What an attack on a claim has shown, or how far it is. */
export function findingLines(attack: Attack, width: number, unicode: boolean): StyledLine[] {
  if (attack.status === 'failed') return wrapped(attack.message, width, unicode, 'bad');
  if (attack.status === 'ongoing') {
    const percent = Math.floor((100 * attack.done) / Math.max(1, attack.total));
    return [plainLine(`Attacking: ${percent}% of the cases tried; esc stops it`, 'caution')];
  }
  return finished(attack.finding, width, unicode);
}

function finished(claim: VerifiedClaim, width: number, unicode: boolean): StyledLine[] {
  const text = (words: string, tone: 'plain' | 'good' | 'bad' | 'caution' = 'plain', first = 0, rest = first) =>
    wrapped(words, width, unicode, tone, first, rest);
  const counterexample = (found: ShownCounterexample | null) =>
    found === null ? [] : [...text(found.text, 'plain', 2, 4), ...text(bothSides(found.conclusion), 'plain', 2, 4)];
  const margin = claim.margin === null ? '' : `, smallest margin ${readableNumber(claim.margin, 3)}`;
  const verdict = `With all hypotheses: ${claim.verdict} on the ${claim.met} of ${claim.cases} random cases that met them${margin}.`;
  return [
    ...text(verdict, claim.verdict === 'holds' ? 'good' : 'bad'),
    ...counterexample(claim.counterexample),
    ...(claim.hypotheses ?? []).flatMap(({ name, verdict: needed, cases, counterexample: found }) => [
      ...text(
        needed === 'needed'
          ? `Without "${name}" it fails, for example here:`
          : `Without "${name}" none of ${cases} cases refutes it.`,
        needed === 'needed' ? 'caution' : 'plain',
      ),
      ...counterexample(found),
    ]),
    ...text(`To repeat: ${claim.replay} --falsify`, 'plain', 0, 2),
  ];
}
