import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

/*
 * What CONTRIBUTING says of extending the laboratory, done for real in a copy: a scenario is one folder and its name in a list, a
 * theorem one file, its name in a list and a heading of proofs.md, a backend one file and its name in a list.
 */

const root = fileURLToPath(new URL('../..', import.meta.url));
const copy = mkdtempSync(join(tmpdir(), 'overtrain-extended-'));

const BACKEND = `
import { answering, type Backend, make } from './backend.js';
import type { BackendRecord } from './backend-list.js';

/** Float64 under another name. */
export const doubled = {
  name: 'doubled',
  precision: 'f64',
  runsOn: 'processor',
  isPortable: false,
  isGpuJs: false,
  remedy: 'none is needed',
  open: async (): Promise<Backend> => {
    const { ReferenceBackend } = await import('./reference-backend.js');
    const inner = new ReferenceBackend();
    return { ...answering(inner, (call) => make(inner, call)), name: 'doubled', device: 'made up' };
  },
} as const satisfies BackendRecord;
`;

const SCENARIO = `
import { z } from 'zod';
import { figureOf, linear, pretrainingTime } from '../../scenario/figure.js';
import { positive } from '../../scenario/parameter.js';
import type { Scenario } from '../../scenario/scenario.js';
import {
  learningRateParameter,
  shapeParameters,
  spectrumParameter,
  tauParameter,
  timesParameter,
} from '../../scenario/shared.js';
import { declaring, pure, table, timeColumn } from '../../scenario/table.js';
import { hasDiverged, type TrainedCheckpoint } from '../../training/record-training.js';
import {
  lossAccuracy,
  type Pretraining,
  type PretrainingPlan,
  planPretraining,
  resolvePretraining,
} from '../../training/pretraining.js';

type NormPlan = PretrainingPlan & { readonly times: readonly number[]; readonly unit: number };

const norms = table<TrainedCheckpoint & { readonly unit: number }>('norms', {
  time: timeColumn,
  squared_norm: pure('squared norm of W1 in these units', ({ squaredNorms, unit }) => squaredNorms[0] / unit),
});

const schema = z.object({
  ...shapeParameters(3),
  spectrum: spectrumParameter('power:1'),
  tau: tauParameter(3),
  times: timesParameter('1,4,16'),
  learningRate: learningRateParameter,
  unit: positive(100, 2, 'unit of the squared norm'),
});

export const norm: Scenario<Pretraining & { readonly unit: number }, NormPlan, typeof schema> = {
  id: 'norm',
  title: 'The norm of the first layer',
  summary: 'It grows.',
  source: 'made up for a test',
  group: 'main paper',
  claims: ['T0'],
  engines: ['modes', 'matrix'],
  schema,
  ...declaring(norms),
  figures: [figureOf(norms, 'norm', 'Norm of the first layer', pretrainingTime, linear('squared_norm'))],
  resolve: resolvePretraining,
  plan(parameters, request) {
    const { times, unit } = parameters;
    const accuracy = (problem: PretrainingPlan['problem']) => lossAccuracy(problem, times);
    return { ...planPretraining(parameters, norm.engines, request, accuracy), times, unit };
  },
  async *run(plan, context) {
    for await (const recorded of plan.simulated(context)!.recorded()) {
      if (hasDiverged(recorded)) return;
      yield norms.rows([{ ...recorded, unit: plan.unit }]);
    }
  },
};
`;

const THEOREM = `
import * as fc from 'fast-check';
import { defineClaim, equal } from './engine/claim.js';

/** T10: a square is not negative. */
export const squares = defineClaim<{ readonly x: number }>({
  id: 'T10-squares',
  title: 'Squares',
  statement: 'For x ≥ 0 the square root of x² is x.',
  origin: 'made up for a test',
  domain: fc.record({ x: fc.double({ min: -100, max: 100, noNaN: true }) }),
  wellFormed: ({ x }) => Number.isFinite(x),
  hypotheses: [{ name: 'sign', statement: 'x is not negative', holds: ({ x }) => x >= 0 }],
  conclusion: ({ x }) =>
    equal({ label: 'the root', value: Math.sqrt(x * x) }, { label: 'x', value: x }, 1e-9),
  toleranceReason: 'two roundings',
});
`;

/** Adds an import and, at the end of a list, a name. */
function listed(path: string, line: string, end: RegExp, name: string): void {
  const file = join(copy, path);
  const text = readFileSync(file, 'utf8');
  const changed = text.replace(end, (ending) => `  ${name},\n${ending}`);
  if (changed === text) throw new Error(`${path} has no list that ends in ${end}`);
  writeFileSync(file, `${line}\n${changed}`);
}

function overtrain(...argv: string[]): string {
  return execFileSync(process.execPath, [join(copy, 'dist/cli/main.js'), ...argv], { encoding: 'utf8' });
}

beforeAll(async () => {
  for (const name of ['src', 'package.json', 'tsconfig.json', 'tsconfig.build.json'])
    cpSync(join(root, name), join(copy, name), { recursive: true });
  symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'));

  writeFileSync(join(copy, 'src/sim/backends/doubled.ts'), BACKEND);
  listed(
    'src/sim/backends/backend-list.ts',
    "import { doubled } from './doubled.js';",
    /\] as const satisfies/,
    'doubled',
  );
  mkdirSync(join(copy, 'src/sim/scenarios/norm'));
  writeFileSync(join(copy, 'src/sim/scenarios/norm/norm.ts'), SCENARIO);
  listed(
    'src/sim/scenarios/scenario-files.ts',
    '',
    /\} satisfies Readonly<Record<string/,
    "norm: async () => (await import('./norm/norm.js')).norm",
  );
  writeFileSync(join(copy, 'src/theory/claims/t10-squares.ts'), THEOREM);
  listed('src/theory/claims/all-claims.ts', "import { squares } from './t10-squares.js';", /\];/, 'squares');

  const sources = readdirSync(join(copy, 'src'), { recursive: true, encoding: 'utf8' }).filter(
    (name) => /\.tsx?$/.test(name) && !/\.d\.ts$|assembly|report\/page\//.test(name),
  );
  await build({
    entryPoints: sources.map((name) => join(copy, 'src', name)),
    outdir: join(copy, 'dist'),
    outbase: join(copy, 'src'),
    format: 'esm',
    jsx: 'automatic',
    logLevel: 'error',
  });
  for (const name of ['simd/kernels-f32.wasm', 'simd/kernels-f64.wasm', 'gpu-js/gpu.cjs'])
    cpSync(join(root, 'dist/sim/backends', name), join(copy, 'dist/sim/backends', name));
});

afterAll(() => rmSync(copy, { recursive: true, force: true }));

test('what was added is of the right types', () => {
  const tsc = join(root, 'node_modules/typescript/bin/tsc');
  execFileSync(process.execPath, [tsc, '--noEmit', '-p', 'tsconfig.build.json'], { cwd: copy });
});

describe('a backend', () => {
  test('is found by doctor, and recorded as float64 by a run, which its checks accept', () => {
    const { backends } = JSON.parse(overtrain('doctor', '--json'));
    expect(backends).toContainEqual(
      expect.objectContaining({ name: 'doubled', available: true, device: 'made up', precision: 'f64' }),
    );
    const settings = ['--set', 'dim=4', '--set', 'times=log:1:100:6', '--set', 'replicates=20'];
    const run = JSON.parse(overtrain('run', 'gaussian', ...settings, '--backend', 'doubled', '--json'));
    expect(run.compute).toMatchObject({ backend: 'doubled', device: 'made up', precision: 'f64' });
    const exact = JSON.parse(overtrain('run', 'gaussian', ...settings, '--backend', 'reference', '--json'));
    expect(run.tables).toEqual(exact.tables);
    expect(run.checks).toEqual(exact.checks);
  });

  test('is recorded as float64 by a sweep', () => {
    const file = join(copy, 'sweep.json');
    const axes = [{ parameter: 'tau', list: [2, 3] }];
    const params = { dim: 3, times: '1,4', replicates: 8 };
    writeFileSync(file, JSON.stringify({ scenario: 'gaussian', params, axes, backend: 'doubled' }));
    overtrain('sweep', file, '--out', join(copy, 'swept'));
    const { compute, tables } = JSON.parse(readFileSync(join(copy, 'swept/run.json'), 'utf8'));
    expect(compute).toMatchObject({ backend: 'doubled', precision: 'f64' });
    expect(JSON.stringify(tables ?? {})).not.toContain('f32');
    expect(readFileSync(join(copy, 'swept/merged.csv'), 'utf8')).toContain('modes/doubled');
  });

  test('is named among the choices by the error for one that is mistyped', () => {
    expect(() => overtrain('run', 'gaussian', '--backend', 'dubled')).toThrow(/did you mean doubled\?/);
  });
});

test('a scenario is listed, helped with and run', () => {
  const { scenarios } = JSON.parse(overtrain('list', '--json'));
  expect(scenarios.map(({ id }: { id: string }) => id)).toContain('norm');
  expect(overtrain('run', 'norm', '--help')).toContain('tau');
  const { compute, tables } = JSON.parse(overtrain('run', 'norm', '--backend', 'doubled', '--json'));
  expect(compute.precision).toBe('f64');
  expect(tables.norms.rows).toHaveLength(3);
});

test('a theorem is listed, tried and attacked', () => {
  const { claims } = JSON.parse(overtrain('list', '--json'));
  expect(claims.map(({ id }: { id: string }) => id)).toContain('T10-squares');
  const verified = JSON.parse(overtrain('verify', '--claim', 'T10-squares', '--falsify', '--json'));
  expect(verified.claims).toMatchObject([{ id: 'T10-squares', hypotheses: [{ name: 'sign', verdict: 'needed' }] }]);
});
