import type { Scenario } from '../../../sim/scenario/scenario.js';
import type { Theorem } from '../text/theorem.js';
import type { Attack } from './attack.js';
import { type Draft, untouchedDraft } from './draft.js';
import type { Run } from './run.js';
import type { OpenSweep, SavedSweep } from './saved-sweep.js';
import type { TextField } from './text-field.js';

/** Size of the window in cells. */
export interface WindowSize {
  readonly columns: number;
  readonly rows: number;
}

/** What lies over the screen and takes the keys. */
export type Overlay =
  | { readonly kind: 'help' | 'explain' | 'command'; readonly scroll: number }
  | { readonly kind: 'claim'; readonly claim: string; readonly scroll: number }
  | {
      readonly kind: 'save';
      readonly field: TextField;
      /** Why the folder typed cannot be taken; null before anything was tried. */
      readonly message: string | null;
      /** While the files are being written. */
      readonly isBusy: boolean;
    }
  /** Asks whether to leave; `under` comes back where the user stays. */
  | { readonly kind: 'quit'; readonly under: Exclude<Overlay, { readonly kind: 'quit' }> | null };

/** A field whose value is being typed. */
export interface Edit {
  readonly field: TextField;
  /** What the command line would say to the text as it stands; null where it is allowed. */
  readonly message: string | null;
}

/** An open scenario. */
export interface Experiment {
  readonly scenario: string;
  readonly focus: 'parameters' | 'claims';
  /** Positions in the lists of fields, claims and figures. */
  readonly field: number;
  readonly claim: number;
  readonly figure: number;
  readonly edit: Edit | null;
  /** The run that is being computed. */
  readonly active: Run | null;
  /** The run whose results are on the screen. */
  readonly shown: Run | null;
  /** A run that lies under the one shown, for comparison. */
  readonly pinned: Run | null;
}

/** A word to the user, until the next key. */
export interface Notice {
  readonly tone: 'good' | 'bad' | 'faint';
  readonly text: string;
}

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
  /** How each scenario was last set, by id. */
  readonly drafts: Readonly<Record<string, Draft>>;
  readonly overlay: Overlay | null;
  /** Attacks by claim. At most one is ongoing. */
  readonly attacks: Readonly<Record<string, Attack>>;
  /** Full runs of this session that have ended, the latest first. */
  readonly recent: readonly Run[];
  /** Sweeps that are kept, the latest first. */
  readonly sweeps: readonly SavedSweep[];
  /** The open one. */
  readonly sweep: OpenSweep | null;
  readonly notice: Notice | null;
  /** Number of the next run. */
  readonly nextRun: number;
  /** Set once the application is to end. */
  readonly exitCode: number | null;
}

/** The application as it opens. */
export function initialState(scenarios: readonly Scenario[], window: WindowSize, unicode: boolean): AppState {
  return {
    scenarios,
    theorems: new Map(),
    window,
    unicode,
    screen: 'home',
    home: { cursor: 0, filter: { text: '', cursor: 0 }, isFiltering: false },
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

/** How a scenario is set at the moment. */
export function draftOf(state: AppState, scenario: string): Draft {
  return state.drafts[scenario] ?? untouchedDraft;
}

/** The open scenario; asking without one is a defect. */
export function openScenario(state: AppState): {
  readonly experiment: Experiment;
  readonly scenario: Scenario;
} {
  const { experiment } = state;
  const scenario = state.scenarios.find(({ id }) => id === experiment?.scenario);
  if (experiment === null || scenario === undefined) throw new Error('no scenario is open');
  return { experiment, scenario };
}

/** Claims of the open scenario: those it names, and those that the run on the screen has checked besides. */
export function claimsOf(scenario: Scenario, run: Run | null): readonly string[] {
  return [...new Set([...scenario.claims, ...(run?.checks ?? []).map(({ claim }) => claim)])];
}

/** Whether something would be lost by leaving. */
export function isBusy({ experiment, attacks }: AppState): boolean {
  const isRunning = experiment?.active !== null && experiment?.active?.order.isPreview === false;
  return isRunning || Object.values(attacks).some(({ status }) => status === 'ongoing');
}
