import { type RunDocument, versions } from '../../sim/scenario/run-document.js';
import type { Scenario } from '../../sim/scenario/scenario.js';
import { claims } from '../../theory/claims/all-claims.js';
import { methodReferences, methodsOf } from './method-references.js';
import type { Reference } from './reference.js';
import { softwareReferences } from './software-references.js';
import { theoryReferences, thePaper } from './theory-references.js';

/** Every reference there is. */
export function allReferences(): readonly Reference[] {
  return [thePaper, ...theoryReferences, ...methodReferences, ...softwareReferences(versions(), undefined)];
}

/**
 * What a run rests on: the paper, the works that the claims it bears on come from, the methods that it used, the software.
 *
 * @param scenario of the run, where this version has it
 */
export function referencesOf(run: RunDocument, scenario: Scenario | undefined): readonly Reference[] {
  const concerned = new Set([...(scenario?.claims ?? []), ...run.checks.map(({ claim }) => claim)]);
  // Every closed form of pre-training is T0's.
  concerned.add('T0');
  const origins = claims.filter(({ id }) => concerned.has(id)).map(({ origin }) => origin);
  const works = theoryReferences.filter(({ namedAs }) => origins.some((origin) => namedAs?.test(origin)));
  return [thePaper, ...works, ...methodsOf(run), ...softwareReferences(run.versions, run.compute.backend)];
}
