import type { ReactElement } from 'react';
import type { Store } from '../effects/store.js';
import { useKeys } from '../hooks/use-keys.js';
import { useStore } from '../hooks/use-store.js';
import type { Display } from '../text/styled-line.js';
import { App } from './app.js';

interface LiveAppProps {
  readonly store: Store;
  readonly display: Display;
}

/** The application with its state and its keys. */
export function LiveApp({ store, display }: LiveAppProps): ReactElement {
  const state = useStore(store);
  useKeys((key) => store.dispatch({ kind: 'key', key }));
  return <App state={state} display={display} />;
}
