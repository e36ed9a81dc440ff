import { runCommandLine } from '../../../src/cli/program.js';
import type { Scenario } from '../../../src/sim/scenario/scenario.js';
import { parabola } from './parabola-scenario.js';

/** What one call of the command line left behind. */
export interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

interface Setting {
  readonly env?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
  /** Width of the terminal on both streams; absent for pipes. */
  readonly columns?: number;
  /** The scenarios on offer; the parabola alone, if not given. */
  readonly loadScenarios?: () => Promise<readonly Scenario[]>;
  /** Whether a sweep leaves its figures out, which take longer than all else. */
  readonly isUndrawn?: boolean;
}

/** Calls the command line in this process. */
export async function call(argv: readonly string[], setting: Setting = {}): Promise<Outcome> {
  const written = { stdout: '', stderr: '' };
  const { env = { LANG: 'C.UTF-8' }, signal, columns, isUndrawn = false } = setting;
  const stream = (name: keyof typeof written) => ({
    write: (text: string) => {
      written[name] += text;
    },
    isTTY: columns !== undefined,
    ...(columns === undefined ? {} : { columns }),
  });
  const code = await runCommandLine(argv, {
    stdout: stream('stdout'),
    stderr: stream('stderr'),
    env,
    ...(signal === undefined ? {} : { signal }),
    ...(isUndrawn ? { drawSweep: async () => new Map() } : {}),
    loadScenarios: setting.loadScenarios ?? (async () => [parabola]),
  });
  return { code, ...written };
}
