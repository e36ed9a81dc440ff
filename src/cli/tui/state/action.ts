import type { Theorem } from '../text/theorem.js';
import type { RunNews } from '../worker/run-order.js';
import type { WindowSize } from './app-state.js';
import type { AttackNews } from './attack.js';
import type { Key } from './key.js';
import type { Run } from './run.js';
import type { SavedSweep, SweepContents } from './saved-sweep.js';

/** Everything that can happen to the application. */
export type Action =
  | { readonly kind: 'key'; readonly key: Key }
  | { readonly kind: 'resized'; readonly window: WindowSize }
  | { readonly kind: 'theorems-read'; readonly theorems: ReadonlyMap<string, Theorem> }
  | { readonly kind: 'saved-runs-read'; readonly runs: readonly Run[] }
  | { readonly kind: 'saved-sweeps-read'; readonly sweeps: readonly SavedSweep[] }
  | {
      readonly kind: 'sweep-read';
      readonly folder: string;
      /** The results, or why there are none. */
      readonly read: SweepContents | string;
    }
  | { readonly kind: 'folder-suggested'; readonly folder: string }
  | { readonly kind: 'saved'; readonly run: number; readonly folder: string }
  | { readonly kind: 'not-saved'; readonly message: string }
  | RunNews
  | AttackNews;
