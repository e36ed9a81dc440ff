import { bothSides } from '../../../theory/claims/refutation-text.js';
import { readableNumber } from '../../output/number-text.js';
import type { ShownCounterexample, VerifiedClaim } from '../../verify/verify-document.js';
import type { Attack } from '../state/attack.js';
import { plainLine, type StyledLine, wrapped } from './styled-line.js';

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
  const text = (
    words: string,
    tone: 'plain' | 'good' | 'bad' | 'caution' = 'plain',
    first = 0,
    rest = first,
  ) => wrapped(words, width, unicode, tone, first, rest);
  const counterexample = (found: ShownCounterexample | null) =>
    found === null
      ? []
      : [...text(found.text, 'plain', 2, 4), ...text(bothSides(found.conclusion), 'plain', 2, 4)];
  const margin = claim.margin === null ? '' : `, smallest margin ${readableNumber(claim.margin, 3)}`;
  const verdict = `With all hypotheses: ${claim.verdict} on ${claim.met} of ${claim.cases} random cases that met them${margin}.`;
  return [
    ...text(verdict, claim.verdict === 'holds' ? 'good' : 'bad'),
    ...counterexample(claim.counterexample),
    ...(claim.hypotheses ?? []).flatMap(({ name, verdict: needed, cases, counterexample: found }) => [
      ...text(
        needed === 'needed'
          ? `Without "${name}" it fails, for one here:`
          : `Without "${name}" none of ${cases} cases refutes it.`,
        needed === 'needed' ? 'caution' : 'plain',
      ),
      ...counterexample(found),
    ]),
    ...text(`Again: ${claim.replay} --falsify`, 'plain', 0, 2),
  ];
}
