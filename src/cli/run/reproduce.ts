import type { Compute } from '../../sim/scenario/scenario.js';
import type { RunRequest } from '../settings/run-request.js';
import { settingText } from '../settings/setting.js';

/**
 * The command that gives a run again, number by number: what the user set, and the seed, engine and backend that really
 * ran. It can be pasted into a POSIX shell.
 */
export function reproducingCommand(request: RunRequest, compute: Compute | undefined): string {
  const words = ['overtrain', 'run', request.scenario.id];
  for (const [name, value] of request.settings) {
    if (value !== null && value !== undefined) words.push('--set', `${name}=${settingText(value)}`);
  }
  words.push('--seed', String(request.seed), '--engine', compute?.engine ?? request.engine);
  const backend = compute === undefined || compute.backend === 'host' ? request.backend : compute.backend;
  if (backend !== 'auto') words.push('--backend', backend);
  return words.map(shellWord).join(' ');
}

/** A word as a POSIX shell reads it back. */
export function shellWord(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
