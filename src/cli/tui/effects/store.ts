import type { Action, AppState, Effect } from '../state/app-state.js';
import { reduce } from '../state/reduce.js';

/**
 * Milliseconds for which a key that changes a parameter is not drawn yet: mostly the exact engine answers within them, and
 * one frame shows both the value and the curve.
 */
const PREVIEW_PATIENCE = 25;

/** Holds the state, changes it only through the reducer, and hands on what is to be done. */
export class Store {
  private readonly listeners = new Set<() => void>();
  private waiting: NodeJS.Timeout | undefined;

  constructor(
    private current: AppState,
    private readonly perform: (effect: Effect) => void,
  ) {}

  /** The state; a new object after every change. */
  readonly state = (): AppState => this.current;

  readonly dispatch = (action: Action): void => {
    const { state, effects } = reduce(this.current, action);
    const hasChanged = state !== this.current;
    this.current = state;
    for (const effect of effects) this.perform(effect);
    if (!hasChanged) return;
    const awaitsPreview = effects.some((effect) => effect.kind === 'start-run' && effect.order.isPreview);
    // A key that is held down must not put the drawing off for ever.
    if (awaitsPreview) this.waiting ??= setTimeout(this.notify, PREVIEW_PATIENCE);
    else this.notify();
  };

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  private readonly notify = (): void => {
    clearTimeout(this.waiting);
    this.waiting = undefined;
    for (const listener of this.listeners) listener();
  };
}
