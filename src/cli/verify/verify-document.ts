import { claimById } from '../../theory/claims/all-claims.js';
import {
  bothSides,
  type Claim,
  type ClaimResult,
  type Counterexample,
  plainWords,
} from '../../theory/claims/engine/claim.js';
import type { HypothesisResult } from '../../theory/claims/engine/falsify.js';
import { asciiText, paragraph, type Style, styleFor, type Terminal } from '../output/terminal.js';
import { layOutTable, readableNumber } from '../output/text-table.js';
import type { ClaimOutcome } from './try-claims.js';

/** What `verify --json` prints. */
export interface VerifyDocument {
  readonly schema: 1;
  readonly seed: number;
  readonly runs: number;
  readonly claims: readonly VerifiedClaim[];
}

export interface VerifiedClaim
  extends Pick<Claim, 'title' | 'statement'>,
    Pick<ClaimResult, 'id' | 'verdict' | 'cases' | 'met' | 'margin'> {
  readonly counterexample: ShownCounterexample | null;
  /** The command that gives this result again; after a refutation, exactly its counterexample. */
  readonly replay: string;
  /** Only with `--falsify`. */
  readonly hypotheses?: readonly (Omit<HypothesisResult, 'counterexample'> & {
    readonly statement: string;
    readonly counterexample: ShownCounterexample | null;
  })[];
}

/** A counterexample, with the instance in plain words. */
export interface ShownCounterexample extends Counterexample {
  readonly text: string;
}

/** Builds the document from what was finished, in the order of the ids given. */
export function verifyDocument(
  ids: readonly string[],
  outcomes: ReadonlyMap<string, ClaimOutcome>,
  { seed, runs }: { readonly seed: number; readonly runs: number },
): VerifyDocument {
  const finished = ids.flatMap((id) => {
    const outcome = outcomes.get(id);
    return outcome === undefined ? [] : [verifiedClaim(id, outcome, runs)];
  });
  return { schema: 1, seed, runs, claims: finished };
}

function verifiedClaim(id: string, { result, hypotheses }: ClaimOutcome, runs: number): VerifiedClaim {
  const { title, statement, hypotheses: assumed } = claimById(id);
  const { verdict, cases, met, margin, counterexample, seed, path } = result;
  const shown = (found: Counterexample | null) =>
    found === null ? null : { ...found, text: plainWords(found.instance) };
  const replay = `overtrain verify --claim ${id} --seed ${seed} ${path === null ? `--runs ${runs}` : `--path ${path}`}`;
  const claim = { id, title, statement, verdict, cases, met, margin, counterexample: shown(counterexample), replay };
  if (hypotheses === undefined) return claim;
  return {
    ...claim,
    hypotheses: hypotheses.map((attacked, index) => ({
      name: attacked.name,
      statement: assumed[index]!.statement,
      verdict: attacked.verdict,
      cases: attacked.cases,
      counterexample: shown(attacked.counterexample),
    })),
  };
}

/** What `verify` prints for reading: the table of claims, then counterexamples, then attacks on hypotheses. */
export function verifyReport({ claims, seed, runs }: VerifyDocument, terminal: Terminal): string[] {
  const style = styleFor(terminal.colour);
  const holding = claims.filter(({ verdict }) => verdict === 'holds').length;
  const summary = `${holding} of ${claims.length} claims hold; ${runs} cases each, seed ${seed}`;
  return [
    ...claimTable(claims, terminal, style),
    ...claims.flatMap((claim) => refutationLines(claim, terminal, style)),
    ...claims.flatMap((claim) => hypothesisLines(claim, terminal, style)),
    '',
    ...paragraph(summary, terminal, holding === claims.length ? style.good : style.bad),
  ];
}

const MARKS = { holds: '✓', refuted: '✗', exhausted: '?' } as const;

/** Columns of numbers first, so that the statement takes the remaining width. */
function claimTable(claims: readonly VerifiedClaim[], terminal: Terminal, style: Style): string[] {
  const rows = claims.map(({ id, verdict, cases, met, margin }) => [
    terminal.unicode ? `${MARKS[verdict]} ${verdict}` : verdict,
    ...[id, String(cases), String(met), margin === null ? '' : readableNumber(margin, 3)],
  ]);
  const header = ['verdict', 'claim', 'cases', 'met', 'margin'];
  const { lines, leftOut } = layOutTable({ header, rows, numeric: [false, false, true, true, true] }, terminal.width);
  const statements = ['statement', ...claims.map(({ title, statement }) => `${title}: ${statement}`)];
  const used = Math.max(...lines.map((line) => line.length));
  const room = terminal.width - used - 2;
  return lines.map((line, index) => {
    const isRoomy = room >= 16 && leftOut.length === 0;
    const whole = isRoomy ? `${line.padEnd(used)}  ${cut(statements[index]!, room)}` : line;
    const text = terminal.unicode ? whole : asciiText(whole);
    if (index === 0) return style.faint(text);
    return claims[index - 1]!.verdict === 'holds' ? text : style.bad(text);
  });
}

function cut(text: string, room: number): string {
  return text.length <= room ? text : `${text.slice(0, room - 1).trimEnd()}…`;
}

function refutationLines(claim: VerifiedClaim, terminal: Terminal, style: Style): string[] {
  if (claim.verdict === 'exhausted') {
    const text = `${claim.id}: only ${claim.met} of ${claim.cases} cases met its hypotheses, too few for a verdict`;
    return ['', ...paragraph(text, terminal, style.caution)];
  }
  if (claim.counterexample === null) return [];
  return [
    '',
    ...paragraph(`${claim.id} is refuted: ${claim.statement}`, terminal, style.bad, 0, 2),
    ...counterexampleLines(claim.counterexample, terminal),
    `  ${style.faint('To repeat:')} ${claim.replay}`,
  ];
}

function hypothesisLines({ id, hypotheses }: VerifiedClaim, terminal: Terminal, style: Style): string[] {
  if (hypotheses === undefined) return [];
  if (hypotheses.length === 0) return ['', ...paragraph(`${id} has no hypotheses`, terminal, style.faint)];
  return hypotheses.flatMap(({ name, statement, verdict, cases, counterexample }) => {
    const isNeeded = verdict === 'needed';
    const found = isNeeded ? 'needed; a counterexample:' : `no counterexample in ${cases} cases`;
    const paint = isNeeded ? style.good : style.caution;
    return [
      '',
      ...paragraph(`${id} without "${name}" (${statement}): ${found}`, terminal, paint, 0, 2),
      ...(counterexample === null ? [] : counterexampleLines(counterexample, terminal)),
    ];
  });
}

function counterexampleLines({ text, conclusion }: ShownCounterexample, terminal: Terminal): string[] {
  return [text, bothSides(conclusion)].flatMap((words) => paragraph(words, terminal, undefined, 2, 4));
}
