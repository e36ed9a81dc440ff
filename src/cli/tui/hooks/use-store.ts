import { useSyncExternalStore } from 'react';
import type { Store } from '../effects/store.js';
import type { AppState } from '../state/app-state.js';

/** The state of a store; what uses it is redrawn after every change. */
export function useStore(store: Store): AppState {
  return useSyncExternalStore(store.subscribe, store.state);
}
