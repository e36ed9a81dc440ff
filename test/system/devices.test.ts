import { spawnSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';

const MAIN = 'dist/cli/main.js';

function overtrain(...parameters: string[]) {
  return spawnSync(process.execPath, [MAIN, ...parameters], { encoding: 'utf8', timeout: 120_000 });
}

const diagnosis = overtrain('doctor', '--json');

describe.each(['webgpu', 'blas'])('backend %s of the built program', (backend) => {
  const small = ['--set', 'dim=8', '--set', 'times=1,4,16'];
  const request = ['run', 'incremental', ...small, '--engine', 'matrix', '--backend', backend, '--json'];

  test('runs a study, says where, and ends by itself', ({ skip }) => {
    const { status, signal, stdout, stderr } = overtrain(...request);
    if (status === 2 && process.env.OVERTRAIN_DEVICES !== 'required') {
      expect(stderr).toMatch(/^overtrain: --backend: [^\n]*(install|update|start)[^\n]*\n$/);
      skip(stderr.trim());
    }
    // Killed after two minutes would be a signal: a device that lives on keeps Node from ending.
    expect([status, signal]).toEqual([0, null]);
    const { compute } = JSON.parse(stdout) as { compute: { backend: string; device: string } };
    expect(compute.backend).toBe(backend);
    expect(compute.device).toMatch(/^(WebGPU on |.*BLAS)/);
  });

  test('is in the diagnosis, with what to install where it is missing', () => {
    const { status, stdout } = diagnosis;
    expect(status).toBe(0);
    type Report = { name: string; available: boolean; device: string | null; remedy: string | null };
    const { backends } = JSON.parse(stdout) as { backends: Report[] };
    const report = backends.find(({ name }) => name === backend)!;
    if (report.available) expect(report).toMatchObject({ remedy: null });
    else expect(report.remedy).toMatch(/install|update|start/);
  });
});
