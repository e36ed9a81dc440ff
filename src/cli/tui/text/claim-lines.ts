import type { Check } from '../../../sim/scenario/scenario.js';
import { bothSides } from '../../../theory/claims/engine/claim.js';
import { VERDICTS } from '../../output/run-report.js';
import { readableNumber } from '../../output/text-table.js';
import type { ShownCounterexample } from '../../verify/verify-document.js';
import { type AppState, type Attack, claimsOf, openScenario } from '../state/app-state.js';
import type { Run } from '../state/run.js';
import type { ListedLines } from './home-lines.js';
import { column, plainLine, pointer, type Span, type StyledLine, type Tone, wrapped } from './styled-line.js';

export function checkOf(run: Run | null, claim: string): Check | undefined {
  return run?.checks.findLast((check) => check.claim === claim);
}

const OPEN = { sign: '·', plain: '.', word: 'not judged yet', tone: 'faint' } as const;

export function verdictSign(check: Check | undefined, unicode: boolean): Span {
  const { sign, plain, tone } = check === undefined ? OPEN : VERDICTS[check.verdict];
  return { text: unicode ? sign : plain, tone };
}

/** A verdict in words, with its margin. */
export function verdictText(check: Check | undefined): Span {
  const { word, tone } = check === undefined ? OPEN : VERDICTS[check.verdict];
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
      pointer(isHere, state.unicode),
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
  const text = (words: string, tone: Tone = 'plain', first = 0, rest = first) =>
    wrapped(words, width, unicode, tone, first, rest);
  if (attack.status === 'failed') return text(attack.message, 'bad');
  if (attack.status === 'ongoing') {
    const percent = Math.floor((100 * attack.done) / Math.max(1, attack.total));
    return [plainLine(`Attacking: ${percent}% of the cases tried; esc stops it`, 'caution')];
  }
  const { verdict, cases, met, margin, counterexample, hypotheses = [], replay } = attack.finding;
  const shown = (found: ShownCounterexample | null) =>
    found === null ? [] : [found.text, bothSides(found.conclusion)].flatMap((words) => text(words, 'plain', 2, 4));
  const slack = margin === null ? '' : `, smallest margin ${readableNumber(margin, 3)}`;
  const whole = `With all hypotheses: ${verdict} on the ${met} of ${cases} random cases that met them${slack}.`;
  return [
    ...text(whole, verdict === 'holds' ? 'good' : 'bad'),
    ...shown(counterexample),
    ...hypotheses.flatMap(({ name, verdict: without, cases: tried, counterexample: found }) => [
      ...(without === 'needed'
        ? text(`Without "${name}" it fails, for example here:`, 'caution')
        : text(`Without "${name}" none of ${tried} cases refutes it.`)),
      ...shown(found),
    ]),
    ...text(`To repeat: ${replay} --falsify`, 'plain', 0, 2),
  ];
}
