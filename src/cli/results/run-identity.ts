import { versions } from '../../sim/scenario/run-document.js';
import type { RunRequest } from '../settings/run-request.js';
import { gitCommit } from './git-commit.js';

/** What decides the numbers of a run, and nothing else. */
export interface RunIdentity {
  readonly scenario: string;
  readonly params: object;
  readonly seed: number;
  readonly engine: string;
  readonly backend: string;
  readonly versions: Readonly<Record<string, string>>;
  readonly git_commit: string | null;
}

/** The identity of a run that is asked for. */
export async function runIdentity(request: RunRequest): Promise<RunIdentity> {
  const { scenario, parameters, seed, engine, backend } = request;
  const commit = await gitCommit();
  return {
    ...{ scenario: scenario.id, params: parameters, seed, engine, backend },
    ...{ versions: versions(), git_commit: commit },
  };
}

const NAMES: Readonly<Record<keyof RunIdentity, string>> = {
  scenario: 'scenario',
  params: 'parameters',
  seed: 'seed',
  engine: 'engine',
  backend: 'backend',
  versions: 'versions of overtrain, Node or a library',
  git_commit: 'commit of overtrain',
};

/** Says in words what two runs differ in; undefined for the same run. Values are compared as JSON has them. */
export function identityDifference(kept: Partial<RunIdentity>, wanted: RunIdentity): string | undefined {
  const keys = Object.keys(NAMES) as (keyof RunIdentity)[];
  const different = keys.filter((key) => JSON.stringify(kept[key]) !== JSON.stringify(wanted[key]));
  return different.length === 0 ? undefined : different.map((key) => NAMES[key]).join(', ');
}
