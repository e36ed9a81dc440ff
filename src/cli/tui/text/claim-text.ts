import type { Check } from '../../../sim/scenario/scenario.js';
import { readableNumber } from '../../output/number-text.js';
import type { Run } from '../state/run.js';
import type { Span } from './styled-line.js';

/** Sign, word and tone of each verdict; the sign alone tells them apart without colour. */
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
