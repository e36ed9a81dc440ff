import { expect, test } from 'vitest';
import type { Backend } from '../../../src/sim/backends/backend.js';
import type { BackendName } from '../../../src/sim/backends/backend-list.js';
import { create } from '../../../src/sim/backends/open-backend.js';
import { resolveParameters } from '../../../src/sim/scenario/resolve.js';
import { runToDocument } from '../../../src/sim/scenario/run-document.js';
import { scenarioById } from '../../../src/sim/scenarios/scenario-list.js';
import { BackendPack } from '../../../src/sim/sweeps/backend-pack.js';
import { runPoints } from '../../../src/sim/sweeps/run-points.js';
import { Sweep, type SweepDefinition } from '../../../src/sim/sweeps/sweep.js';
import { some } from '../../support/sample-size.js';

const COMMON = { replicates: 2, seed: 5, randomNumbers: 'common', table: 'curve' } as const;
const SMALL = { dim: 6, times: 'log:0.1:30:4', replicates: 7 };

function packed(name: BackendName, counted: string[] = []): BackendPack {
  return new BackendPack(async () => {
    const backend = await create(name);
    return { backend: counting(backend, counted), reason: 'for a test' };
  });
}

function counting(backend: Backend, calls: string[]): Backend {
  const noted = (kind: string, { count }: { readonly count: number }) => {
    calls.push(`${kind} of ${count}`);
  };
  return {
    name: backend.name,
    precision: backend.precision,
    device: backend.device,
    descendNetworks(batch, rates) {
      noted('networks', batch);
      return backend.descendNetworks(batch, rates);
    },
    descendModes(batch, rates) {
      noted('modes', batch);
      return backend.descendModes(batch, rates);
    },
    optimizeNetworks: (networks, run) => backend.optimizeNetworks(networks, run),
    perturbationMoments(networks, noise) {
      noted('moments', networks);
      return backend.perturbationMoments(networks, noise);
    },
    dispose: () => backend.dispose(),
  };
}

/** The numbers of a point as a run of its own gives them. */
async function alone(sweep: Sweep, point: number) {
  const { scenario: id, engine, backend, table } = sweep.definition;
  const scenario = scenarioById(id);
  const { seed, values } = sweep.at(point);
  const parameters = resolveParameters(scenario, sweep.settingsAt(values));
  const document = await runToDocument(scenario, parameters, { seed, engine, backend });
  return document.tables[table]!.rows;
}

const definitions: readonly [string, SweepDefinition][] = (['reference', 'simd', 'cpu', 'webasm'] as const).flatMap(
  (backend) =>
    (['modes', 'matrix'] as const).map((engine): [string, SweepDefinition] => [
      `${engine} on ${backend}`,
      {
        ...COMMON,
        ...{ scenario: 'gaussian', params: SMALL, engine, backend },
        axes: [
          { parameter: 'tau', list: [2, 3, 4] },
          { parameter: 'gammas', list: ['0.05', '0.1,0.2'] },
        ],
      },
    ]),
);

test.each([
  ...some(definitions, 3),
  [
    'several tasks and learning rates of finetune',
    {
      ...COMMON,
      ...{ scenario: 'finetune', engine: 'matrix', backend: 'simd' },
      params: { dim: 4, times: 'log:0.3:30:3', steps: 5 },
      axes: [{ parameter: 'angle', list: [0, 20, 40] }],
    } satisfies SweepDefinition,
  ],
])('runs side by side give the numbers of runs one by one, to the last bit: %s', async (_, definition) => {
  const sweep = new Sweep(definition);
  const pack = packed(definition.backend as BackendName);
  const scenario = scenarioById(definition.scenario);
  const results = await runPoints(sweep, scenario, { from: 0, to: sweep.points }, pack);
  await pack.dispose();
  expect(results.map(({ point }) => point)).toEqual(Array.from({ length: sweep.points }, (_, n) => n));
  for (const { point, rows, error } of results) {
    expect(error).toBeNull();
    expect(rows).toEqual(await alone(sweep, point));
  }
});

test('what fits together is one call: the same noise for all, the same steps where plans agree', async () => {
  const calls: string[] = [];
  const pack = packed('simd', calls);
  const sweep = new Sweep({
    ...COMMON,
    ...{ scenario: 'gaussian', engine: 'matrix', backend: 'simd', randomNumbers: 'independent' },
    params: { ...SMALL, learningRate: 0.1 },
    axes: [{ parameter: 'tau', list: [2, 3, 4] }],
  });
  await runPoints(sweep, scenarioById('gaussian'), { from: 0, to: 6 }, pack);
  await pack.dispose();
  // Plans of one learning rate agree; every point has noise of its own.
  expect(new Set(calls)).toEqual(new Set(['networks of 6', 'moments of 1']));

  const common: string[] = [];
  const other = packed('simd', common);
  await runPoints(
    new Sweep({ ...sweep.definition, randomNumbers: 'common' }),
    scenarioById('gaussian'),
    { from: 0, to: 6 },
    other,
  );
  await other.dispose();
  expect(new Set(common)).toEqual(new Set(['networks of 6', 'moments of 3']));
});

test('a point that is refused does not end the others', async () => {
  const pack = packed('simd');
  const sweep = new Sweep({
    ...COMMON,
    ...{ scenario: 'gaussian', engine: 'modes', backend: 'simd', replicates: 1 },
    params: { times: '1,2', replicates: 4 },
    axes: [
      { parameter: 'spectrum', list: ['3,2,1', '2,1'] },
      { parameter: 'dim', list: [2, 4] },
    ],
  });
  const results = await runPoints(sweep, scenarioById('gaussian'), { from: 0, to: 4 }, pack);
  await pack.dispose();
  expect(results.map(({ error }) => error === null)).toEqual([false, true, true, true]);
  expect(results[0]!.error).toMatch(/^spectrum: .* is not allowed/);
});

test('an error of the backend is that of the whole batch', async () => {
  const pack = new BackendPack(async () => {
    const backend = await create('reference');
    return {
      backend: { ...counting(backend, []), descendModes: () => Promise.reject(new Error('out of order')) },
      reason: '',
    };
  });
  const sweep = new Sweep(definitions[0]![1]);
  await expect(runPoints(sweep, scenarioById('gaussian'), { from: 0, to: 3 }, pack)).rejects.toThrow('out of order');
});
