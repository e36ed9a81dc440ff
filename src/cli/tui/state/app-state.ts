import type { Scenario } from '../../../sim/scenario/scenario.js';
import type { VerifiedClaim } from '../../verify/verify-document.js';
import type { Theorem } from '../text/theorem.js';
import type { Context, Key } from './bindings.js';
import { type Draft, type Field, fieldsOf, untouchedDraft } from './draft.js';
import type { Run, RunNews, RunOrder } from './run.js';
import type { OpenSweep, SavedSweep, SweepContents } from './saved-sweep.js';

export interface TextField {
  readonly text: string;
  /** Characters before the cursor, from 0 to the length of the text. */
  readonly cursor: number;
}

/** More than this is a slip, such as a file pasted by mistake. */
const LONGEST_TEXT = 10_000;

export function textField(text: string): TextField {
  return { text, cursor: text.length };
}

export function editText(field: TextField, key: Key): TextField | undefined {
  const [before, after] = [field.text.slice(0, field.cursor), field.text.slice(field.cursor)];
  // A character may be two units of a string long.
  const shortened = [...before].slice(0, -1).join('');
  switch (key.name) {
    case 'character':
      if (field.text.length + key.text.length > LONGEST_TEXT) return field;
      return { text: before + key.text + after, cursor: field.cursor + key.text.length };
    case 'backspace':
      return { text: shortened + after, cursor: shortened.length };
    case 'erase-line':
      return textField('');
    case 'left':
      return { ...field, cursor: shortened.length };
    case 'right':
      return { ...field, cursor: field.cursor + ([...after][0] ?? '').length };
    case 'home':
      return { ...field, cursor: 0 };
    case 'end':
      return textField(field.text);
    default:
      return undefined;
  }
}

export type Attack =
  | { readonly status: 'ongoing'; readonly done: number; readonly total: number }
  | { readonly status: 'finished'; readonly finding: VerifiedClaim }
  | { readonly status: 'failed'; readonly message: string };

export type AttackNews = { readonly kind: 'attack'; readonly claim: string; readonly attack: Attack };

export function contextOf({ overlay, screen, home, experiment }: AppState): Context {
  if (overlay !== null)
    return overlay.kind === 'claim' || overlay.kind === 'save' || overlay.kind === 'quit' ? overlay.kind : 'text';
  if (screen === 'sweep') return 'sweep';
  if (screen === 'home') return home.isFiltering ? 'filter' : 'home';
  return experiment?.edit == null ? (experiment?.focus ?? 'parameters') : 'edit';
}

export type WindowSize = { readonly columns: number; readonly rows: number };

export type Overlay =
  | { readonly kind: 'help' | 'explain' | 'command'; readonly scroll: number }
  | { readonly kind: 'claim'; readonly claim: string; readonly scroll: number }
  /** `message` says why the folder typed cannot be taken; null before anything was tried. */
  | { readonly kind: 'save'; readonly field: TextField; readonly message: string | null; readonly isBusy: boolean }
  /** Asks whether to leave; `under` comes back where the user stays. */
  | { readonly kind: 'quit'; readonly under: Exclude<Overlay, { readonly kind: 'quit' }> | null };

export interface Experiment {
  readonly scenario: string;
  readonly focus: 'parameters' | 'claims';
  readonly field: number;
  readonly claim: number;
  readonly figure: number;
  /** What is being typed, and what the command line would say to it as it stands; null where it is allowed. */
  readonly edit: { readonly field: TextField; readonly message: string | null } | null;
  readonly active: Run | null;
  readonly shown: Run | null;
  /** A run that lies under the one shown, for comparison. */
  readonly pinned: Run | null;
}

export type Notice = { readonly tone: 'good' | 'bad' | 'faint'; readonly text: string };

/** The whole state of the application. Immutable, and the same for every way of drawing it. */
export interface AppState {
  readonly scenarios: readonly Scenario[];
  readonly theorems: ReadonlyMap<string, Theorem>;
  readonly window: WindowSize;
  /** Whether characters beyond ASCII can be shown; texts are longer where they cannot. */
  readonly unicode: boolean;
  readonly screen: 'home' | 'scenario' | 'sweep';
  readonly home: { readonly cursor: number; readonly filter: TextField; readonly isFiltering: boolean };
  /** Kept when the user goes home, so that coming back finds everything as it was. */
  readonly experiment: Experiment | null;
  readonly drafts: Readonly<Record<string, Draft>>;
  readonly overlay: Overlay | null;
  /** Attacks by claim. At most one is ongoing. */
  readonly attacks: Readonly<Record<string, Attack>>;
  /** Full runs of this session that have ended, the latest first. */
  readonly recent: readonly Run[];
  readonly sweeps: readonly SavedSweep[];
  readonly sweep: OpenSweep | null;
  readonly notice: Notice | null;
  readonly nextRun: number;
  readonly exitCode: number | null;
}

export function initialState(scenarios: readonly Scenario[], window: WindowSize, unicode: boolean): AppState {
  return {
    scenarios,
    theorems: new Map(),
    window,
    unicode,
    screen: 'home',
    home: { cursor: 0, filter: textField(''), isFiltering: false },
    experiment: null,
    drafts: {},
    overlay: null,
    attacks: {},
    recent: [],
    sweeps: [],
    sweep: null,
    notice: null,
    nextRun: 1,
    exitCode: null,
  };
}

export function draftOf(state: AppState, scenario: string): Draft {
  return state.drafts[scenario] ?? untouchedDraft;
}

/** The open scenario; asking without one is a defect. */
export function openScenario(state: AppState): { readonly experiment: Experiment; readonly scenario: Scenario } {
  const { experiment } = state;
  const scenario = state.scenarios.find(({ id }) => id === experiment?.scenario);
  if (experiment === null || scenario === undefined) throw new Error('no scenario is open');
  return { experiment, scenario };
}

export function chosenField(state: AppState): Field {
  const { experiment, scenario } = openScenario(state);
  return fieldsOf(scenario, draftOf(state, scenario.id))[experiment.field]!;
}

/** Claims of the open scenario: those it names, and those that the run on the screen has checked besides. */
export function claimsOf(scenario: Scenario, run: Run | null): readonly string[] {
  return [...new Set([...scenario.claims, ...(run?.checks ?? []).map(({ claim }) => claim)])];
}

export type HomeItem =
  | { readonly kind: 'scenario'; readonly scenario: Scenario }
  | { readonly kind: 'run'; readonly run: Run }
  | { readonly kind: 'sweep'; readonly sweep: SavedSweep };

/** The scenarios that the filter lets through, in their groups, and without a filter the recent runs and sweeps. */
export function homeItems({ scenarios, home, recent, sweeps }: AppState): readonly HomeItem[] {
  const words = home.filter.text.toLowerCase().split(/\s+/).filter(Boolean);
  const found = scenarios.filter(({ id, title, summary, claims, group }) => {
    const text = [id, title, summary, group, ...claims].join(' ').toLowerCase();
    return words.every((word) => text.includes(word));
  });
  const groups = [...new Set(scenarios.map(({ group }) => group))];
  const listed = groups
    .flatMap((group) => found.filter((scenario) => scenario.group === group))
    .map((scenario) => ({ kind: 'scenario', scenario }) as const);
  if (words.length > 0) return listed;
  return [
    ...listed,
    ...recent.map((run) => ({ kind: 'run', run }) as const),
    ...sweeps.map((sweep) => ({ kind: 'sweep', sweep }) as const),
  ];
}

export function isBusy({ experiment, attacks }: AppState): boolean {
  return (
    experiment?.active?.order.isPreview === false || Object.values(attacks).some(({ status }) => status === 'ongoing')
  );
}

/** Something to be done in the world, as plain data: the reducer only says it. */
export type Effect =
  | { readonly kind: 'start-run'; readonly order: RunOrder }
  | { readonly kind: 'cancel-run'; readonly run: number }
  | { readonly kind: 'start-attack'; readonly claim: string }
  | { readonly kind: 'cancel-attack' }
  | { readonly kind: 'read-sweep'; readonly folder: string }
  | { readonly kind: 'suggest-folder'; readonly scenario: string }
  | { readonly kind: 'save'; readonly run: Run; readonly folder: string }
  | { readonly kind: 'quit'; readonly exitCode: number };

export type Action =
  | { readonly kind: 'key'; readonly key: Key }
  | { readonly kind: 'resized'; readonly window: WindowSize }
  | { readonly kind: 'theorems-read'; readonly theorems: ReadonlyMap<string, Theorem> }
  | { readonly kind: 'saved-runs-read'; readonly runs: readonly Run[] }
  | { readonly kind: 'saved-sweeps-read'; readonly sweeps: readonly SavedSweep[] }
  /** The results of a sweep, or why there are none. */
  | { readonly kind: 'sweep-read'; readonly folder: string; readonly read: SweepContents | string }
  | { readonly kind: 'folder-suggested'; readonly folder: string }
  | { readonly kind: 'saved'; readonly run: number; readonly folder: string }
  | { readonly kind: 'not-saved'; readonly message: string }
  | RunNews
  | AttackNews;

export type Step = { readonly state: AppState; readonly effects: readonly Effect[] };

export function stepTo(state: AppState, ...effects: readonly Effect[]): Step {
  return { state, effects };
}

export function say(state: AppState, tone: Notice['tone'], text: string): Step {
  return stepTo({ ...state, notice: { tone, text } });
}

/** The position in a list of `count` entries after a move; the ends hold. */
export function moved(position: number, by: number, count: number): number {
  return Math.max(0, Math.min(count - 1, position + by));
}
