import { claimById } from '../../theory/claims/all-claims.js';
import { bothSides, type ClaimResult, type Counterexample, plainWords } from '../../theory/claims/engine/claim.js';
import { paragraph } from '../output/help-notes.js';
import { asciiText, type Style, styleFor, type Terminal } from '../output/terminal.js';
import { layOutTable, readableNumber } from '../output/text-table.js';
import type { ClaimOutcome } from './try-claims.js';

/** What `verify --json` prints. */
export interface VerifyDocument {
  readonly schema: 1;
  readonly seed: number;
  readonly runs: number;
  readonly claims: readonly VerifiedClaim[];
}

export interface VerifiedClaim {
  readonly id: string;
  readonly title: string;
  readonly statement: string;
  readonly verdict: ClaimResult['verdict'];
  readonly cases: number;
  readonly met: number;
  /** Smallest slack in units of the tolerance: 0 at the edge, negative where refuted, null where it is not a number. */
  readonly margin: number | null;
  readonly counterexample: ShownCounterexample | null;
  /** The command that gives this result again; after a refutation, exactly its counterexample. */
  readonly replay: string;
  /** Only with `--falsify`. */
  readonly hypotheses?: readonly {
    readonly name: string;
    readonly statement: string;
    readonly verdict: 'needed' | 'not-refuted';
    readonly cases: number;
    readonly counterexample: ShownCounterexample | null;
  }[];
}

export interface ShownCounterexample extends Counterexample {
  /** The instance in plain words. */
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
  const claim = claimById(id);
  const { verdict, cases, met, margin, counterexample } = result;
  return {
    id,
    title: claim.title,
    statement: claim.statement,
    verdict,
    cases,
    met,
    margin,
    counterexample: shown(counterexample),
    replay: replayCommand(result, runs),
    ...(hypotheses === undefined
      ? {}
      : {
          hypotheses: hypotheses.map((attacked, index) => ({
            name: attacked.name,
            statement: claim.hypotheses[index]!.statement,
            verdict: attacked.verdict,
            cases: attacked.cases,
            counterexample: shown(attacked.counterexample),
          })),
        }),
  };
}

function shown(counterexample: Counterexample | null): ShownCounterexample | null {
  return counterexample === null ? null : { ...counterexample, text: plainWords(counterexample.instance) };
}

function replayCommand({ id, seed, path }: ClaimResult, runs: number): string {
  const end = path === null ? `--runs ${runs}` : `--path ${path}`;
  return `overtrain verify --claim ${id} --seed ${seed} ${end}`;
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
  const rows = claims.map(({ id, verdict, cases, met, margin, title, statement }) => [
    terminal.unicode ? `${MARKS[verdict]} ${verdict}` : verdict,
    id,
    String(cases),
    String(met),
    margin === null ? '' : readableNumber(margin, 3),
    `${title}: ${statement}`,
  ]);
  const header = ['verdict', 'claim', 'cases', 'met', 'margin', 'statement'];
  const fixed = layOutTable(
    { header: header.slice(0, 5), rows: rows.map((row) => row.slice(0, 5)), numeric: [false, false, true, true, true] },
    terminal.width,
  );
  const used = Math.max(...fixed.lines.map((line) => line.length));
  const room = terminal.width - used - 2;
  const lines = fixed.lines.map((line, index) => {
    const statement = index === 0 ? 'statement' : rows[index - 1]![5]!;
    return room < 16 || fixed.leftOut.length > 0 ? line : `${line.padEnd(used)}  ${cut(statement, room)}`;
  });
  return lines.map((line, index) => {
    const text = terminal.unicode ? line : asciiText(line);
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
  return hypotheses.flatMap(({ name, statement, verdict, cases, counterexample }) => [
    '',
    ...paragraph(
      verdict === 'needed'
        ? `${id} without "${name}" (${statement}): needed; a counterexample:`
        : `${id} without "${name}" (${statement}): no counterexample in ${cases} cases`,
      terminal,
      verdict === 'needed' ? style.good : style.caution,
      0,
      2,
    ),
    ...(counterexample === null ? [] : counterexampleLines(counterexample, terminal)),
  ]);
}

function counterexampleLines({ text, conclusion }: ShownCounterexample, terminal: Terminal): string[] {
  return [
    ...paragraph(text, terminal, undefined, 2, 4),
    ...paragraph(bothSides(conclusion), terminal, undefined, 2, 4),
  ];
}
