import type { AppState } from './app-state.js';
import type { Context } from './bindings.js';

/** Which part of the application takes the keys. */
export function contextOf({ overlay, screen, home, experiment }: AppState): Context {
  if (overlay !== null)
    return overlay.kind === 'claim' || overlay.kind === 'save' || overlay.kind === 'quit'
      ? overlay.kind
      : 'text';
  if (screen === 'sweep') return 'sweep';
  if (screen === 'home') return home.isFiltering ? 'filter' : 'home';
  return experiment === null || experiment.edit === null ? (experiment?.focus ?? 'parameters') : 'edit';
}
