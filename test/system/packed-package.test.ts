import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { keys, TerminalSession } from '../support/terminal-session.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));
const project = mkdtempSync(join(tmpdir(), 'overtrain-packed-'));

const inProject = (command: string, ...parameters: string[]) =>
  execFileSync(command, parameters, { cwd: project, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });

/** The package as npm would publish it, installed into an empty project, where our lockfile and settings do not apply. */
describe('the packed package in an empty project', () => {
  beforeAll(() => {
    const packed = execFileSync('npm', ['pack', '--ignore-scripts', '--pack-destination', project], {
      cwd: root,
      encoding: 'utf8',
    });
    writeFileSync(join(project, 'package.json'), '{"name":"user","version":"1.0.0","type":"module","private":true}');
    const archive = join(project, packed.trim().split('\n').at(-1)!);
    inProject('npm', 'install', '--no-audit', '--no-fund', '--prefer-offline', archive);
  });

  afterAll(() => rmSync(project, { recursive: true, force: true }));

  test('brings no package for graphics cards, and says how to get the one for WebGPU that we name', () => {
    for (const name of ['gpu.js', 'webgpu', 'gl']) {
      expect(existsSync(join(project, 'node_modules', name)), name).toBe(false);
    }
    const doctor = JSON.parse(inProject('npx', 'overtrain', 'doctor', '--json')) as {
      backends: { name: string; detail: string; remedy: string }[];
      versions: Record<string, string>;
    };
    const { detail, remedy } = doctor.backends.find(({ name }) => name === 'webgpu')!;
    expect(detail).toContain('the package webgpu is not installed');
    const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
    const lowest = manifest.peerDependencies.webgpu.replace('^', '');
    expect(remedy).toContain(`npm install webgpu@${lowest} `);
    expect(doctor.versions['gpu.js']).toBe(manifest.devDependencies['gpu.js']);
  });

  test('npx overtrain runs a scenario on a gpu.js backend', () => {
    const printed = inProject('npx', 'overtrain', 'run', 'gaussian', '--set', 'dim=4', '--backend', 'webasm', '--json');
    const document = JSON.parse(printed);
    expect(document.compute.backend).toBe('webasm');
    expect(document.tables.curve.rows.length).toBe(4 * 60);
  });

  test('npx overtrain runs a scenario on the kernels and threads that the package brings', () => {
    const printed = inProject('npx', 'overtrain', 'run', 'gaussian', '--set', 'dim=4', '--json');
    expect(JSON.parse(printed).compute).toMatchObject({ backend: 'simd64', precision: 'f64' });
  });

  test('npx overtrain verify tries every claim on worker threads', () => {
    const document = JSON.parse(inProject('npx', 'overtrain', 'verify', '--runs', '20', '--json'));
    expect(document.claims.length).toBeGreaterThan(0);
    for (const { verdict } of document.claims) expect(verdict).toBe('holds');
  });

  test('npx overtrain on a terminal opens the terminal UI, with its proofs and its threads', async () => {
    const session = new TerminalSession(['npx', 'overtrain'], { cwd: project });
    await session.until('gaussian');
    session.type(keys.enter);
    await session.until('preview by exact');
    session.type(keys.tab);
    session.type('f');
    await session.until('With all hypotheses: holds');
    await session.until('Statement.');
    session.type('q');
    expect(await session.end()).toBe(0);
  });

  test('npx overtrain sweeps on worker threads, and draws the figures of a run that it saves', () => {
    const axes = [{ parameter: 'tau', list: [2, 3] }];
    const sweep = { scenario: 'gaussian', params: { dim: 3, times: '1,4', replicates: 8 }, axes };
    writeFileSync(join(project, 'sweep.json'), JSON.stringify(sweep));
    inProject('npx', 'overtrain', 'sweep', 'sweep.json', '--out', 'swept', '--quiet');
    expect(readFileSync(join(project, 'swept/merged.csv'), 'utf8').trim().split('\n')).toHaveLength(1 + 2 * 4);
    inProject(
      'npx',
      'overtrain',
      'run',
      'gaussian',
      '--engine',
      'exact',
      '--set',
      'dim=3',
      '--out',
      'saved',
      '--quiet',
    );
    expect(
      readdirSync(join(project, 'saved'), { recursive: true }).filter((name) => /\.png$/.test(`${name}`)),
    ).not.toEqual([]);
  });

  test('takes less than 25 MB with all that it needs', () => {
    const modules = join(project, 'node_modules');
    const files = readdirSync(modules, { recursive: true, encoding: 'utf8' }).map((name) => join(modules, name));
    const bytes = files.reduce((sum, file) => sum + statSync(file).size, 0);
    expect(bytes).toBeLessThan(25e6);
  });

  test('proofs.md is there to be read', () => {
    expect(existsSync(join(project, 'node_modules/overtrain/proofs.md'))).toBe(true);
  });

  test.each([
    ['nodenext', 'nodenext'],
    ['esnext', 'bundler'],
  ])('the library is imported with its types, module %s resolved by %s', (module, moduleResolution) => {
    const source = `
      import { checkClaim, claims, createProblem, defineClaim, perturbedLoss, type Claim } from 'overtrain';
      import { testClaim } from 'overtrain/vitest';
      const problem = createProblem({ dim: 3, spectrum: '2,1,0.5', tau: 5 });
      const value: number = perturbedLoss(problem, 0.1, 2);
      const first: Claim | undefined = claims[0];
      export const typed = [value, first?.id, checkClaim, defineClaim, testClaim];
      // @ts-expect-error a problem has no such property
      export const wrong = problem.nonsense;
    `;
    writeFileSync(join(project, 'use.ts'), source);
    const compiler = join(root, 'node_modules/typescript/bin/tsc');
    // fast-check and ml-matrix come with overtrain; vitest is the user's, here a stand-in for its types.
    writeFileSync(
      join(project, 'vitest.d.ts'),
      "declare module 'vitest' { export const test: (name: string, run: () => void) => void; }",
    );
    const settings = { strict: true, noEmit: true, module, moduleResolution, target: 'es2022', types: [] };
    writeFileSync(
      join(project, 'tsconfig.json'),
      JSON.stringify({ compilerOptions: settings, files: ['use.ts', 'vitest.d.ts'] }),
    );
    const { stdout } = spawnSync(process.execPath, [compiler], { cwd: project, encoding: 'utf8' });
    expect(stdout).toBe('');
  });

  test('the library is imported and used', () => {
    const script =
      "import('overtrain').then((o) => console.log(o.createProblem({ dim: 2, spectrum: 'linear', tau: 1 }).spectrum.join()))";
    expect(inProject(process.execPath, '-e', script).trim()).toBe('1,0.5');
  });
});
