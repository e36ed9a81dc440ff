import { Box, Text } from 'ink';
import type { ReactElement } from 'react';
import type { Store } from '../effects/store.js';
import { useKeys } from '../hooks/use-keys.js';
import { useStore } from '../hooks/use-store.js';
import type { AppState } from '../state/app-state.js';
import { spokenLines } from '../text/spoken-lines.js';
import { type Display, paintLine, plainLine } from '../text/styled-line.js';
import { App } from './app.js';

interface SpokenAppProps {
  readonly state: AppState;
  readonly display: Display;
}

/** The application for a screen reader: sentences from top to bottom, which the terminal may wrap as it likes. */
export function SpokenApp({ state, display }: SpokenAppProps): ReactElement {
  const plain = { ...display, colour: 'none' as const };
  return (
    <Box flexDirection="column">
      {spokenLines(state).map((line, position) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a line has no identity but its place
        <Text key={position}>{paintLine(plainLine(line), Number.POSITIVE_INFINITY, plain)}</Text>
      ))}
    </Box>
  );
}

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
