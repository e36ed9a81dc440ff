import { resolveParameters } from '../../src/sim/parameters/resolve.js';
import { type RunDocument, runToDocument } from '../../src/sim/run-document.js';
import { scenarios } from '../../src/sim/scenario-list.js';

/** Smaller than the defaults where those take seconds; as many series and as many tables. */
const SMALLER: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  decoupling: { trainings: 2, steps: 100, learningRates: 'log:0.005:0.5:5' },
  schedules: { times: 'log:1:30:8' },
  width: { times: 'log:1:200:30' },
};

const documents = new Map<string, Promise<RunDocument>>();

/** A run of every scenario, computed once for all tests of a file. */
export function scenarioDocument(id: string): Promise<RunDocument> {
  const known = documents.get(id);
  if (known !== undefined) return known;
  const scenario = scenarios.find((candidate) => candidate.id === id)!;
  const parameters = resolveParameters(scenario, SMALLER[id] ?? {});
  const document = runToDocument(scenario, parameters, { seed: 1, engine: 'auto', backend: 'auto' });
  documents.set(id, document);
  return document;
}
