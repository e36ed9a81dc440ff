import { bothSides } from '../../../theory/claims/engine/claim.js';
import { explainChecks, explainFigure } from '../../output/explanation.js';
import { readableNumber } from '../../output/text-table.js';
import type { ShownCounterexample } from '../../verify/verify-document.js';
import { type AppState, type Attack, type Overlay, openScenario } from '../state/app-state.js';
import { bindings, type Context } from '../state/bindings.js';
import { checkDraft } from '../state/draft.js';
import { resultsOf, runCommand } from '../state/run.js';
import { checkOf, verdictText } from './lists.js';
import {
  bothEnds,
  commandLines,
  fieldSpans,
  layoutOf,
  plainLine,
  type StyledLine,
  type Tone,
  wrapped,
} from './styled-line.js';

export type TextOverlay = Exclude<Overlay, { readonly kind: 'quit' | 'save' }>;

/** Lines of a text that are seen, between its title, the line under it, and the footer. */
export function overlayRoom({ window }: AppState): number {
  return Math.max(1, layoutOf(window).height - 3);
}

/** The widest text that still reads well. */
const WIDEST = 110;

const TITLES = { help: 'Keys', explain: 'What the chart shows', command: 'The command that reproduces these numbers' };

export function overlayTitle(state: AppState, overlay: TextOverlay): string {
  if (overlay.kind !== 'claim') return TITLES[overlay.kind];
  return `${overlay.claim} — ${state.theorems.get(overlay.claim)?.title ?? 'a claim of the theory'}`;
}

export function overlayText(state: AppState, overlay: TextOverlay): readonly StyledLine[] {
  const width = Math.min(WIDEST, state.window.columns);
  if (overlay.kind === 'claim') return claimText(state, overlay.claim, width);
  if (overlay.kind === 'help') return helpLines(state, width);
  if (overlay.kind === 'command') return reproducingLines(state, width);
  return explanation(state).flatMap((text) => [...wrapped(text, width, state.unicode), plainLine('')]);
}

function helpLines({ screen, unicode }: AppState, width: number): StyledLine[] {
  const lines = HELP[screen].flatMap(([context, title]) => [
    plainLine(title, 'strong'),
    ...bindings[context].map(
      ({ sign, long }): StyledLine => [{ text: `  ${sign.padEnd(9)}`, tone: 'good' }, { text: long }],
    ),
    plainLine(''),
  ]);
  const note = 'ctrl-c quits at once, from anywhere. Nothing is written to disk unless you save.';
  return [...lines, ...wrapped(note, width, unicode, 'faint')];
}

const HELP: Readonly<Record<AppState['screen'], readonly (readonly [Context, string])[]>> = {
  sweep: [['sweep', 'A sweep']],
  home: [
    ['home', 'List of scenarios'],
    ['filter', 'While filtering'],
  ],
  scenario: [
    ['parameters', 'Parameters'],
    ['claims', 'Claims'],
    ['edit', 'While typing a value'],
    ['claim', 'Statement and proof'],
  ],
};

/** The chart on the screen in three sentences with the numbers of the run: what is seen, where it turns, what the checks say. */
export function explanation(state: AppState): readonly string[] {
  const { experiment, scenario } = openScenario(state);
  const { shown, figure } = experiment;
  const drawn = scenario.figures[figure];
  if (shown === null || drawn === undefined) return ['Nothing has been computed yet.'];
  const checked = checkDraft(scenario, shown.order);
  const results = resultsOf(shown, scenario);
  const turning = explainFigure(drawn, results, 'message' in checked ? {} : checked.parameters);
  return [scenario.summary, turning, explainChecks(results, shown.compute, shown.status === 'finished')];
}

function reproducingLines(state: AppState, width: number): StyledLine[] {
  const { experiment, scenario } = openScenario(state);
  const { shown } = experiment;
  if (shown === null) return [plainLine('Nothing has been computed yet.')];
  const note = shown.status === 'finished' ? '' : ' This run has not finished; the command runs it to the end.';
  const hint = `Add --json to print one document with every number on the screen, or --out FOLDER to save it.${note}`;
  const command = commandLines(runCommand(scenario, shown), width);
  return [...command, plainLine(''), ...wrapped(hint, width, state.unicode, 'faint')];
}

function claimText({ theorems, experiment, attacks, unicode }: AppState, claim: string, width: number): StyledLine[] {
  const check = checkOf(experiment?.shown ?? null, claim);
  const attack = attacks[claim];
  const proof = theorems.get(claim)?.paragraphs.flatMap((paragraph) => {
    const rest = paragraph.startsWith('• ') ? 2 : 0;
    return [...wrapped(paragraph, width, unicode, 'plain', 0, rest), plainLine('')];
  });
  const missing = 'proofs.md, which has its statement and proof, was not found or has no such heading.';
  return [
    [{ text: 'In this run: ' }, verdictText(check)],
    ...(check === undefined || check.reason === '' ? [] : wrapped(check.reason, width, unicode, 'faint', 2)),
    plainLine(''),
    ...(attack === undefined ? [] : [...findingLines(attack, width, unicode), plainLine('')]),
    ...(proof ?? wrapped(missing, width, unicode, 'caution')),
  ];
}

export function overlayLines(state: AppState, overlay: Overlay): StyledLine[] {
  const { window, unicode } = state;
  const text = (words: string, tone: Tone = 'plain') => wrapped(words, window.columns, unicode, tone);
  if (overlay.kind === 'quit')
    return [
      plainLine('Quit?', 'strong'),
      plainLine(''),
      ...text('Something is still being computed, and would be lost. y quits, n stays.'),
    ];
  if (overlay.kind === 'save')
    return [
      plainLine('Save this run', 'strong'),
      plainLine(''),
      ...text('run.json and every table as CSV, in a new or empty folder:'),
      plainLine(''),
      [{ text: '  ' }, ...fieldSpans(overlay.field, window.columns - 2, unicode)],
      plainLine(''),
      ...(overlay.isBusy ? [plainLine('writing …', 'faint')] : []),
      ...(overlay.message === null ? [] : text(overlay.message, 'bad')),
    ];
  const lines = overlayText(state, overlay);
  const room = overlayRoom(state);
  const start = Math.min(overlay.scroll, Math.max(0, lines.length - room));
  const place = lines.length <= room ? '' : `${start + 1}-${Math.min(lines.length, start + room)} of ${lines.length}`;
  const heading = plainLine(overlayTitle(state, overlay), 'strong');
  return [
    bothEnds(heading, plainLine(place, 'faint'), window.columns, unicode),
    plainLine(''),
    ...lines.slice(start, start + room),
  ];
}

/** What an attack on a claim has shown, or how far it is. */
function findingLines(attack: Attack, width: number, unicode: boolean): StyledLine[] {
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
