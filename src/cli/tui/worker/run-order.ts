import type { RunDocument, RunResults } from '../../../sim/scenario/run-document.js';
import type { RunEvent } from '../../../sim/scenario/scenario.js';
import type { Draft } from '../state/draft.js';

/** A run, as it is sent to the thread that computes it. Plain data, so that it can cross to a worker thread. */
export interface RunOrder extends Draft {
  /** Identifies the run, so that news of one that is no longer wanted can be recognised. */
  readonly run: number;
  readonly scenario: string;
  /** A preview is wanted as soon and as whole as can be, so that a curve does not flicker while a key is held. */
  readonly isPreview: boolean;
}

/** How far a run is and how fast it goes. */
export interface RunProgress {
  readonly done: number;
  readonly total: number;
  /** What is counted. */
  readonly label: string;
  /** Undefined as long as nothing is known. */
  readonly millisecondsLeft: number | undefined;
  /** Parts done per second. */
  readonly perSecond: number | undefined;
  /** Optimiser steps per second so far, each network counted on its own; 0 for closed forms. */
  readonly networkStepsPerSecond: number;
}

/** What a finished run leaves beside its results. */
export type RunRecord = Omit<RunDocument, keyof RunResults>;

/** How a run ended. */
export type RunOutcome =
  | { readonly status: 'finished'; readonly record: RunRecord }
  | { readonly status: 'cancelled' }
  | { readonly status: 'failed'; readonly message: string };

/** What is heard of a run. */
export type RunNews =
  | {
      readonly kind: 'run-events';
      readonly run: number;
      /** In their order, without those of progress. */
      readonly events: readonly RunEvent[];
      readonly progress?: RunProgress;
    }
  | { readonly kind: 'run-ended'; readonly run: number; readonly outcome: RunOutcome };
