import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const scratch = mkdtempSync(join(tmpdir(), 'overtrain-gpu-'));
const archive = join(scratch, 'archive.tar.xz');
const required = process.env.OVERTRAIN_DEVICES === 'required';

/** The archive on a machine that has next to nothing: the one command that run.sh uses, and no Node. */
function run(...parameters: string[]) {
  const { VK_ICD_FILENAMES, VK_DRIVER_FILES } = process.env;
  const env = { PATH: join(scratch, 'bin'), HOME: scratch, VK_ICD_FILENAMES, VK_DRIVER_FILES };
  const script = join(scratch, 'overtrain-gpu/bench/gpu/run.sh');
  return spawnSync(script, parameters, { cwd: scratch, env, encoding: 'utf8' });
}

describe('the archive for a machine with a graphics card', () => {
  let packed: ReturnType<typeof spawnSync>;

  beforeAll(() => {
    // Quick to make: how well it is compressed makes no difference to what is in it.
    const parameters = ['bench/gpu/pack.mjs', '--preset', '0', '--out', archive];
    packed = spawnSync(process.execPath, parameters, { encoding: 'utf8' });
    if (packed.status !== 0) return;
    execFileSync('tar', ['-C', scratch, '-xf', archive]);
    mkdirSync(join(scratch, 'bin'));
    const dirname = ['/usr/bin/dirname', '/bin/dirname'].find(existsSync)!;
    symlinkSync(dirname, join(scratch, 'bin/dirname'));
  });

  afterAll(() => rmSync(scratch, { recursive: true, force: true }));

  test('is packed in less than 60 MB even in haste', ({ skip }) => {
    if (packed.status === 2 && !required) skip(String(packed.stderr).trim());
    expect([packed.stderr, packed.status]).toEqual(['', 0]);
    expect(statSync(archive).size).toBeLessThan(60e6);
  });

  test('refuses a device that is simulated, in one line', ({ skip }) => {
    if (packed.status !== 0) skip('nothing was packed');
    const { status, stderr } = run();
    if (!required && !stderr.includes('--software')) skip(stderr.trim());
    expect(status).toBe(2);
    expect(stderr).toMatch(/^run\.sh: no graphics card; tried [^\n]*which --software would accept\n$/);
  });

  test('brings all that it needs: conformance, works and results', ({ skip }) => {
    if (packed.status !== 0) skip('nothing was packed');
    const { status, stdout, stderr } = run('--software', '--quick', '--rounds', '1', '--out', 'results');
    if (status === 2 && !required) skip(stderr.trim());
    expect([stderr, status]).toEqual(['', 0]);
    const file = /written: (results\/\S+\.json)/.exec(stdout)![1]!;
    const { machine, conformance, results } = JSON.parse(readFileSync(join(scratch, file), 'utf8'));
    expect(conformance).toMatchObject({ tests: testsOfSuite(), failed: [] });
    type Result = { agrees: boolean; launches: number; readbacks: number };
    expect(results.map(({ agrees }: Result) => agrees)).toEqual([true, true, true, true]);
    // Three kernels for each of 20 steps, and the result read once; 64 steps of a mode in one kernel.
    expect(results.map(({ launches }: Result) => launches)).toEqual([60, 60, 1, 3]);
    expect(results.map(({ readbacks }: Result) => readbacks)).toEqual([1, 1, 1, 1]);
    expect(machine.missing_peers).toHaveProperty('torch-graph');
    const table = readFileSync(join(scratch, file.replace('.json', '.md')), 'utf8');
    expect(table.includes('SOFTWARE DEVICE, not a measurement')).toBe(machine.software);
    expect(stdout.indexOf('adapter: ')).toBe(0);
  });
});

/** How many tests vitest finds in the same suite. */
function testsOfSuite(): number {
  const parameters = ['node_modules/vitest/vitest.mjs', 'list', 'test/sim/backends/conformance.test.ts'];
  const env = { ...process.env, OVERTRAIN_DEVICES: '' };
  const listed = execFileSync(process.execPath, parameters, { env, encoding: 'utf8' });
  return listed.split('\n').filter((line) => line.includes('> backend webgpu >')).length;
}
