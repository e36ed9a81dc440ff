import { describe, expect, test } from 'vitest';
import { ReferenceBackend } from '../../../src/sim/backends/reference-backend.js';
import { type CallJournal, journaled } from '../../../src/sim/backends/watched-backend.js';
import { scenarios } from '../../../src/sim/scenarios/scenario-list.js';
import { runScenario, timeless } from '../../support/documents.js';
import { some } from '../../support/sample-size.js';

/** Keeps everything in memory, and loses what it is told to. */
class MemoryJournal implements CallJournal {
  readonly kept = new Map<number, { fingerprint: string; result: readonly Float64Array[] }>();
  calls = 0;
  answered = 0;
  nextCall() {
    return this.calls++;
  }
  async recall(call: number, fingerprint: string) {
    const known = this.kept.get(call);
    if (known?.fingerprint !== fingerprint) return undefined;
    this.answered++;
    return known.result.map((values) => Float64Array.from(values));
  }
  async keep(call: number, fingerprint: string, result: readonly Float64Array[]) {
    this.kept.set(call, { fingerprint, result: result.map((values) => Float64Array.from(values)) });
  }
}

const SMALL: Readonly<Record<string, Record<string, string>>> = {
  incremental: { dim: '4' },
  gaussian: { dim: '4', replicates: '30', times: 'log:0.5:20:6' },
  finetune: { dim: '4', times: 'log:0.5:20:5' },
  'finetune-tuned': { dim: '4', times: 'log:0.5:20:4' },
  regularize: { dim: '4', times: 'log:0.5:20:5' },
  misalignment: { dim: '4', overshoots: '1,3', angles: '0,45', times: 'log:1:100:6', steps: '40' },
  schedules: { dim: '4', times: 'linear:1:4:3', replicates: '30' },
  width: { dims: '4,6', replicates: '30', times: 'log:1:100:6' },
  'early-exposure': { mixes: 'linear:0:1:4', postSteps: '20', steps: '20' },
  'two-stage-alignment': { dim: '4', places: '0,1', offsets: '0,1', finetuningSteps: '40', steps: '20' },
  replay: {
    dim: '4',
    block: '2',
    features: '1',
    newSpectrum: '1',
    tau: '2',
    times: '1,2',
    time: '2',
    widths: '1,2',
    hidden: '2',
    learningRates: '0.05',
    learningRate: '0.05',
    trainings: '1',
    replays: '0,0.2',
  },
  'optimizer-consistency': { dim: '2', seen: '1', trainings: '1', optimizers: 'adam,muon', tau: '1' },
  nexus: {
    dim: '3',
    sources: '2',
    rank: '2',
    trainings: '1',
    optimizers: 'adam',
    innerSteps: '0.1',
    tau: '1',
    goals: '0.5',
    steps: '2',
  },
  decoupling: {
    dim: '2',
    widths: '2,3',
    learningRates: '0.02,0.1',
    steps: '6',
    trainings: '2',
    gains: 'none,both',
    replicates: '2',
  },
  shannon: { dim: '4', widths: '2,3,4', times: 'log:1:20:5', replicates: '30', resamples: '2' },
};

describe.each(some(scenarios, 5).map((scenario) => [scenario.id, scenario] as const))('%s', (id, scenario) => {
  const run = (journal?: CallJournal) =>
    runScenario(scenario, SMALL[id] ?? {}, {
      engine: scenario.engines.includes('matrix') && id !== 'misalignment' ? 'matrix' : 'auto',
      backend: 'reference',
      ...(journal === undefined ? {} : { journal }),
    });

  test('gives the same document when calls are answered from a journal, all or every third', async () => {
    const plain = timeless(await run());
    const journal = new MemoryJournal();
    expect(timeless(await run(journal))).toEqual(plain);
    expect(journal.kept.size).toBeGreaterThan(0);
    const calls = journal.calls;
    journal.calls = 0;
    expect(timeless(await run(journal))).toEqual(plain);
    expect({ calls: journal.calls, answered: journal.answered }).toEqual({ calls, answered: calls });
    for (const call of journal.kept.keys()) if (call % 3 !== 0) journal.kept.delete(call);
    journal.calls = 0;
    expect(timeless(await run(journal))).toEqual(plain);
  });
});

test('other inputs are never answered', async () => {
  const journal = new MemoryJournal();
  const backend = journaled(new ReferenceBackend(), journal);
  const batch = {
    count: 1,
    modes: 2,
    factors: new Float64Array([0.5, 0.1]),
    sigmas: new Float64Array([1, 0.5]),
    rateScale: new Float64Array([1]),
  };
  const first = await backend.descendModes(batch, [0.1]);
  const others = [
    () => backend.descendModes(batch, [0.2]),
    () => backend.descendModes(batch, [0.1, 0.1]),
    () => backend.descendModes({ ...batch, factors: new Float64Array([0.5, 0.2]) }, [0.1]),
    () => backend.descendModes({ ...batch, rateScale: new Float64Array([2]) }, [0.1]),
  ];
  for (const other of others) {
    journal.calls = 0;
    expect(await other()).not.toEqual(first);
  }
  expect(journal.answered).toBe(0);
});
