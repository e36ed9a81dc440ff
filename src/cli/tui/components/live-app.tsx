import type { ReactElement } from 'react';
import type { Store } from '../effects/store.js';
import { useKeys } from '../hooks/use-keys.js';
import { useStore } from '../hooks/use-store.js';
import type { Display } from '../text/styled-line.js';
import { App } from './app.js';
import { SpokenApp } from './spoken-app.js';

interface LiveAppProps {
  readonly store: Store;
  readonly display: Display;
  /** Whether it is read aloud instead of seen. */
  readonly isSpoken?: boolean;
}

/** The application with its state and its keys. */
export function LiveApp({ store, display, isSpoken = false }: LiveAppProps): ReactElement {
  const state = useStore(store);
  useKeys((key) => store.dispatch({ kind: 'key', key }));
  return isSpoken ? <SpokenApp state={state} display={display} /> : <App state={state} display={display} />;
}
