import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

// The program as users run it; `npm ci` and `npm run build` make it.
const main = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));

interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the program itself; `onOutput` is called at its first output. */
function overtrain(argv: readonly string[], onOutput: (child: ReturnType<typeof spawn>) => void = () => {}) {
  return new Promise<Ended>((resolve, reject) => {
    const child = spawn(process.execPath, [main, ...argv], { env: { ...process.env, LANG: 'C.UTF-8' } });
    const written = { stdout: '', stderr: '' };
    child.stdout.once('data', () => onOutput(child));
    child.stdout.on('data', (chunk) => {
      written.stdout += chunk;
    });
    child.stderr.on('data', (chunk) => {
      written.stderr += chunk;
    });
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, ...written }));
  });
}

const RUN = ['run', 'gaussian', '--set', 'dim=4', '--set', 'times=1,10'];

describe('the program', () => {
  it('prints a JSON document and exits with 0', async () => {
    const { code, stdout, stderr } = await overtrain([...RUN, '--engine', 'exact', '--json']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(JSON.parse(stdout)).toMatchObject({ schema: 1, scenario: 'gaussian' });
  });

  it('answers a wrong request by one line and 2', async () => {
    const { code, stdout, stderr } = await overtrain(['run', 'gaussain']);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toBe(
      'overtrain: scenario: "gaussain" is not allowed; expected a scenario; did you mean gaussian?\n',
    );
  });

  it('ends quietly when the reader of its output goes away', async () => {
    const { code, stderr } = await overtrain(RUN, (child) => child.stdout!.destroy());
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  });

  it.each(['SIGINT', 'SIGTERM'] as const)(
    'ends with 130 at %s in the middle of a computation of many minutes',
    async (signal) => {
      const argv = ['run', 'gaussian', '--engine', 'matrix', '--backend', 'reference', '--set', 'replicates=100000'];
      const { code, stdout, stderr } = await overtrain(argv, (child) => child.kill(signal));
      expect({ code, stderr }).toEqual({ code: 130, stderr: 'overtrain: interrupted\n' });
      expect(stdout).toContain('seed 1');
    },
  );
});
