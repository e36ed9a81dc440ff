import type { Scenario } from '../../../sim/scenario/scenario.js';
import { reproducingCommand } from '../../reproduce.js';
import type { Run } from './run.js';

/** The command line that gives the numbers of a run again. */
export function runCommand(scenario: Scenario, { order, compute }: Run): string {
  const settings = new Map(Object.entries(order.settings));
  return `npx ${reproducingCommand({ ...order, scenario, settings, parameters: {} }, compute ?? undefined)}`;
}
