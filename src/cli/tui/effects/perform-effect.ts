import type { Scenario } from '../../../sim/scenario/scenario.js';
import type { Action, Effect } from '../state/app-state.js';
import type { Computer } from '../worker/computer.js';
import { freeFolder, readSweepContents, saveRun } from './saved-runs.js';

/** What effects are done with. */
export interface World {
  readonly scenarios: readonly Scenario[];
  readonly computer: Computer;
  readonly quit: (exitCode: number) => void;
}

/** Does what the reducer asked for and reports the outcome as an action. */
export function performEffect(effect: Effect, world: World, tell: (action: Action) => void): void {
  const { computer } = world;
  switch (effect.kind) {
    case 'start-run':
      computer.startRun(effect.order);
      break;
    case 'cancel-run':
      computer.cancelRun(effect.run);
      break;
    case 'start-attack':
      computer.startAttack(effect.claim);
      break;
    case 'cancel-attack':
      computer.cancelAttack();
      break;
    case 'read-sweep':
      void readSweepContents(effect.folder).then((read) => tell({ kind: 'sweep-read', folder: effect.folder, read }));
      break;
    case 'suggest-folder':
      tell({ kind: 'folder-suggested', folder: freeFolder(effect.scenario) });
      break;
    case 'save':
      save(effect, world, tell);
      break;
    case 'quit':
      world.quit(effect.exitCode);
  }
}

function save(
  { run, folder }: Extract<Effect, { kind: 'save' }>,
  { scenarios }: World,
  tell: (action: Action) => void,
): void {
  const scenario = scenarios.find(({ id }) => id === run.order.scenario);
  if (scenario === undefined) throw new Error(`there is no scenario ${run.order.scenario}`);
  saveRun(run, scenario, folder).then(
    () => tell({ kind: 'saved', run: run.order.run, folder }),
    (error: unknown) => tell({ kind: 'not-saved', message: error instanceof Error ? error.message : String(error) }),
  );
}
