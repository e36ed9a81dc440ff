import type { Scenario } from '../../../sim/scenario/scenario.js';
import { scenarioAmong } from '../../../sim/scenarios/scenario-files.js';
import { messageOf } from '../../output/error-line.js';
import type { Action, AppState, Effect } from '../state/app-state.js';
import { reduce } from '../state/reduce.js';
import type { ThreadComputer } from '../worker/computer.js';
import { freeFolder, readSweepContents, saveRun } from './saved-runs.js';

/** Milliseconds for which a changed parameter is not drawn yet: mostly the exact engine answers within them, for one frame of both. */
const PREVIEW_PATIENCE = 25;

/** Holds the state, changes it only through the reducer, and hands on what is to be done. */
export class Store {
  private readonly listeners = new Set<() => void>();
  private waiting: NodeJS.Timeout | undefined;

  constructor(
    private current: AppState,
    private readonly perform: (effect: Effect) => void,
  ) {}

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

export function performEffect(
  effect: Effect,
  scenarios: readonly Scenario[],
  computer: ThreadComputer,
  quit: (exitCode: number) => void,
  tell: (action: Action) => void,
): void {
  if (effect.kind === 'start-run') computer.startRun(effect.order);
  else if (effect.kind === 'cancel-run') computer.cancelRun(effect.run);
  else if (effect.kind === 'start-attack') computer.startAttack(effect.claim);
  else if (effect.kind === 'cancel-attack') computer.cancelAttack();
  else if (effect.kind === 'quit') quit(effect.exitCode);
  else if (effect.kind === 'suggest-folder') tell({ kind: 'folder-suggested', folder: freeFolder(effect.scenario) });
  else if (effect.kind === 'read-sweep') {
    const { folder } = effect;
    void readSweepContents(folder).then((read) => tell({ kind: 'sweep-read', folder, read }));
  } else {
    const { run, folder } = effect;
    saveRun(run, scenarioAmong(run.order.scenario, scenarios), folder).then(
      () => tell({ kind: 'saved', run: run.order.run, folder }),
      (error: unknown) => tell({ kind: 'not-saved', message: messageOf(error) }),
    );
  }
}
