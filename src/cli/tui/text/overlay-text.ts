import { type AppState, type Overlay, openScenario } from '../state/app-state.js';
import { bindings, type Context } from '../state/bindings.js';
import { checkDraft } from '../state/draft.js';
import { runCommand } from '../state/run.js';
import { checkOf, findingLines, verdictText } from './claim-lines.js';
import { explainRun } from './explain.js';
import { layoutOf, plainLine, type StyledLine, wrapped } from './styled-line.js';

/** Overlays that are texts to be read. */
export type TextOverlay = Exclude<Overlay, { readonly kind: 'quit' | 'save' }>;

/** Lines of an overlay that are seen at once. */
export function overlayRoom({ window }: AppState): number {
  return Math.max(1, layoutOf(window).height - OVERLAY_MARGIN);
}

/** Title, the line under it, and the footer. */
const OVERLAY_MARGIN = 3;

/** The widest text that still reads well. */
const WIDEST = 110;

/** The heading of an overlay. */
export function overlayTitle(state: AppState, overlay: TextOverlay): string {
  switch (overlay.kind) {
    case 'help':
      return 'Keys';
    case 'explain':
      return 'What the chart shows';
    case 'command':
      return 'The command that reproduces these numbers';
    case 'claim':
      return `${overlay.claim} — ${state.theorems.get(overlay.claim)?.title ?? 'a claim of the theory'}`;
  }
}

/** All lines of an overlay, those beyond the window included. */
export function overlayText(state: AppState, overlay: TextOverlay): readonly StyledLine[] {
  const width = Math.min(WIDEST, state.window.columns);
  switch (overlay.kind) {
    case 'help':
      return helpLines(state, width);
    case 'explain':
      return explainLines(state, width);
    case 'command':
      return commandLines(state, width);
    case 'claim':
      return claimLines(state, overlay.claim, width);
  }
}

function helpLines(state: AppState, width: number): StyledLine[] {
  const contexts: readonly (readonly [Context, string])[] =
    state.screen === 'sweep'
      ? [['sweep', 'A sweep']]
      : state.screen === 'home'
        ? [
            ['home', 'List of scenarios'],
            ['filter', 'While filtering'],
          ]
        : [
            ['parameters', 'Parameters'],
            ['claims', 'Claims'],
            ['edit', 'While typing a value'],
            ['claim', 'Statement and proof'],
          ];
  const lines = contexts.flatMap(([context, title]) => [
    plainLine(title, 'strong'),
    ...bindings[context].map(
      ({ sign, long }): StyledLine => [{ text: `  ${sign.padEnd(9)}`, tone: 'good' }, { text: long }],
    ),
    plainLine(''),
  ]);
  return [
    ...lines,
    ...wrapped(
      'ctrl-c quits at once, from anywhere. Nothing is written to disk unless you save.',
      width,
      state.unicode,
      'faint',
    ),
  ];
}

function explainLines(state: AppState, width: number): StyledLine[] {
  const { experiment, scenario } = openScenario(state);
  const { shown, figure } = experiment;
  const drawn = scenario.figures[figure];
  if (shown === null || drawn === undefined) return [plainLine('Nothing has been computed yet.')];
  const verdict = checkDraft(scenario, shown.order);
  const sentences = explainRun(scenario, shown, drawn, verdict.isValid ? verdict.parameters : {});
  return sentences.flatMap((sentence) => [...wrapped(sentence, width, state.unicode), plainLine('')]);
}

function commandLines(state: AppState, width: number): StyledLine[] {
  const { experiment, scenario } = openScenario(state);
  if (experiment.shown === null) return [plainLine('Nothing has been computed yet.')];
  const command = runCommand(scenario, experiment.shown);
  // Cut only where it must be, so that it can be copied from the screen.
  const pieces = Array.from({ length: Math.max(1, Math.ceil(command.length / width)) }, (_, i) =>
    plainLine(command.slice(i * width, (i + 1) * width), 'strong'),
  );
  const note =
    experiment.shown.status === 'finished' ? '' : ' This run has not finished; the command runs it to the end.';
  return [
    ...pieces,
    plainLine(''),
    ...wrapped(
      `Add --json to print one document with every number on the screen, or --out FOLDER to save it.${note}`,
      width,
      state.unicode,
      'faint',
    ),
  ];
}

function claimLines(state: AppState, claim: string, width: number): StyledLine[] {
  const theorem = state.theorems.get(claim);
  const check = checkOf(state.experiment?.shown ?? null, claim);
  const verdict = verdictText(check);
  const inRun: StyledLine[] = [
    [{ text: 'In this run: ' }, verdict],
    ...(check === undefined || check.reason === '' ? [] : wrapped(check.reason, width, state.unicode, 'faint', 2)),
    plainLine(''),
  ];
  const attack = state.attacks[claim];
  const found = attack === undefined ? [] : [...findingLines(attack, width, state.unicode), plainLine('')];
  const proof =
    theorem === undefined
      ? wrapped(
          'proofs.md, which has its statement and proof, was not found or has no such heading.',
          width,
          state.unicode,
          'caution',
        )
      : theorem.paragraphs.flatMap((text) => [
          ...wrapped(text, width, state.unicode, 'plain', 0, text.startsWith('• ') ? 2 : 0),
          plainLine(''),
        ]);
  return [...inRun, ...found, ...proof];
}
