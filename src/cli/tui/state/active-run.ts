import type { Experiment } from './app-state.js';
import type { Run } from './run.js';

/** The experiment after a change of its active run, which may be the one on the screen. */
export function withActive(experiment: Experiment, active: Run): Experiment {
  return { ...experiment, active, shown: isShown(experiment, active) ? active : experiment.shown };
}

/** The experiment without its active run; what has come of it stays on the screen as that of a cancelled run. */
export function withoutActive(experiment: Experiment): Experiment {
  const { active, shown } = experiment;
  if (active === null || shown === null || !isShown(experiment, active))
    return { ...experiment, active: null };
  return { ...experiment, active: null, shown: { ...shown, status: 'cancelled' } };
}

function isShown({ shown }: Experiment, { order }: Run): boolean {
  return shown?.order.run === order.run;
}
