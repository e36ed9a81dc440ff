import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { deserialize, serialize } from 'node:v8';
import { inject } from 'vitest';
import type { TestProject } from 'vitest/node';
import { resolveParameters } from '../../src/sim/scenario/resolve.js';
import { type RunDocument, runToDocument } from '../../src/sim/scenario/run-document.js';
import { scenarios } from '../../src/sim/scenarios/scenario-list.js';

/** Settings with which a scenario takes well under a second, and still fills every table and draws every series. */
export const SMALL: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  gaussian: { dim: '6', times: 'log:0.3:60:12', gammas: '0.03,0.1', replicates: '20' },
  incremental: { dim: '4', times: 'log:0.5:60:15' },
  finetune: { dim: '4', times: 'log:1:100:10', learningRates: '0.004,0.016', steps: '40' },
  'finetune-tuned': { dim: '4', times: 'log:1:100:10', learningRates: 'log:0.01:0.36:6' },
  regularize: { dim: '4', times: 'log:1:100:10', lambdas: '0,1', steps: '40' },
  misalignment: { dim: '4', times: 'log:1:100:6', overshoots: '1,2,3', angles: '0,45,90', steps: '40' },
  schedules: {
    ...{ dim: '4', hidden: '3', times: 'log:1:20:5', schedules: 'constant,linear' },
    ...{ trainings: '3', replicates: '10' },
  },
  width: { dims: '4,6,8,12', times: 'log:1:100:12', gammas: '0.05,0.1', replicates: '10' },
  'early-exposure': { mixes: 'linear:0:1:7', postSteps: '40', steps: '40' },
  'two-stage-alignment': {
    ...{ dim: '4', places: 'linear:-0.5:2:6', offsets: 'linear:0:1:3' },
    ...{ finetuningSteps: '200', steps: '20' },
  },
  replay: {
    ...{ dim: '6', block: '4', features: '3', newSpectrum: '1', times: 'linear:2:10:3', time: '10' },
    ...{ widths: '3,4,5', hidden: '4', learningRates: '0.01,0.04', replays: '0,0.25' },
    ...{ patience: '5', goal: '0.3', trainings: '2' },
  },
  'optimizer-consistency': {
    ...{ dim: '4', seen: '2', optimizers: 'gradient-descent,adam', trainings: '3' },
    ...{ pretrainingGoal: '0.2', finetuningGoal: '0.2' },
  },
  nexus: {
    ...{ dim: '4', rank: '2', sources: '3', optimizers: 'gradient-descent', goals: '0.3,0.1' },
    ...{ steps: '10', trainings: '3' },
  },
  shannon: {
    ...{ dim: '16', widths: '4,8,12,16', times: 'log:1:100:6', snrs: '5,20', replicates: '6' },
    ...{ fitWidth: '12', fitTime: '60', resamples: '6' },
  },
  decoupling: {
    ...{ widths: '4,8', trainings: '2', steps: '20', learningRates: '0.02,0.1,0.5', gains: 'none,both' },
    ...{ replicates: '6' },
  },
};

/** Where every scenario's default run is tried instead of a small one: once, in continuous integration. */
const USES_DEFAULTS = process.env.OVERTRAIN_TEST_DOCUMENTS === 'defaults';

/** Settings of the run that {@link scenarioDocument} gives. */
const documentSettings = (id: string): Readonly<Record<string, string>> => (USES_DEFAULTS ? {} : SMALL[id]!);

declare module 'vitest' {
  interface ProvidedContext {
    scenarioDocuments: string;
  }
}

/** Runs every scenario once before the first test and keeps the documents in a file, whatever the number of workers. */
export async function setup({ provide }: TestProject): Promise<() => void> {
  const documents: Record<string, RunDocument> = {};
  for (const scenario of scenarios)
    documents[scenario.id] = await runToDocument(scenario, resolveParameters(scenario, documentSettings(scenario.id)), {
      seed: 1,
      engine: 'auto',
      backend: 'auto',
    });
  const folder = mkdtempSync(join(tmpdir(), 'overtrain-documents-'));
  const file = join(folder, 'documents');
  writeFileSync(file, serialize(documents));
  provide('scenarioDocuments', file);
  return () => rmSync(folder, { recursive: true });
}

let documents: Readonly<Record<string, RunDocument>> | undefined;

/** A run of a scenario: small, or with its defaults in continuous integration. Shared by all tests; not to be changed. */
export function scenarioDocument(id: string): RunDocument {
  documents ??= deserialize(readFileSync(inject('scenarioDocuments'))) as Record<string, RunDocument>;
  return documents[id]!;
}
