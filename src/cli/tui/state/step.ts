import type { AppState } from './app-state.js';
import type { Effect } from './effect.js';

/** What follows from an action: the next state, and what is to be done in the world. */
export interface Step {
  readonly state: AppState;
  readonly effects: readonly Effect[];
}

/** A step to a state, with effects. */
export function stepTo(state: AppState, ...effects: readonly Effect[]): Step {
  return { state, effects };
}

/** The position in a list of `count` entries after a move; the ends hold. */
export function moved(position: number, by: number, count: number): number {
  return Math.max(0, Math.min(count - 1, position + by));
}
