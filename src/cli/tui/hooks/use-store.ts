import { useSyncExternalStore } from 'react';
import type { Store } from '../effects/store.js';
import type { AppState } from '../state/app-state.js';

/** The state of a store; whatever uses it is drawn again after every change. */
export function useStore(store: Store): AppState {
  return useSyncExternalStore(store.subscribe, store.state);
}
