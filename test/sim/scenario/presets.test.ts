import { describe, expect, test } from 'vitest';
import { runCommandLine } from '../../../src/cli/program.js';
import { resolveParameters } from '../../../src/sim/scenario/resolve.js';
import type { Scenario } from '../../../src/sim/scenario/scenario.js';
import { finetune } from '../../../src/sim/scenarios/finetune/finetune.js';
import { gaussian } from '../../../src/sim/scenarios/gaussian/gaussian.js';
import { scenarios } from '../../../src/sim/scenarios/scenario-list.js';

const small: Scenario = {
  ...(finetune as unknown as Scenario),
  presets: { tiny: { dim: '3', spectrum: '2,1', times: '1,5', target: 'scale:2', steps: '4' } },
};

/** Calls the command line with that scenario alone. */
async function call(...argv: string[]) {
  const written = { stdout: '', stderr: '' };
  const stream = (name: keyof typeof written) => ({
    write: (text: string) => {
      written[name] += text;
    },
    isTTY: false,
  });
  const code = await runCommandLine(argv, {
    stdout: stream('stdout'),
    stderr: stream('stderr'),
    env: { LANG: 'C.UTF-8' },
    loadScenarios: async () => [small],
  });
  return { code, ...written };
}

describe('presets', () => {
  test('set what they name; what is set beside them goes first, and null takes the preset', () => {
    expect(resolveParameters(small, { preset: 'tiny' })).toMatchObject({ dim: 3, steps: 4, target: [4, 2, 0] });
    const parameters = resolveParameters(small, { preset: 'tiny', steps: 9, dim: null });
    expect(parameters).toMatchObject({ dim: 3, steps: 9, lambda: 0 });
    expect(parameters).not.toHaveProperty('preset');
  });

  test('of null is none', () => {
    expect(resolveParameters(small, { preset: null })).toEqual(resolveParameters(small, {}));
  });

  test('are refused by name, and where a scenario has none', () => {
    expect(() => resolveParameters(small, { preset: 'tyni' })).toThrow(
      'preset: "tyni" is not allowed; expected a preset of finetune: tiny; did you mean tiny?',
    );
    expect(() => resolveParameters(small, { preset: 'toString' })).toThrow('expected a preset of finetune: tiny');
    expect(() => resolveParameters(gaussian, { preset: 'tiny' })).toThrow('--set: "preset=tiny" is not allowed');
  });

  test('run from the command line, are listed in the help, and come back in the command to repeat a run', async () => {
    const json = await call('run', 'finetune', '--set', 'preset=tiny', '--set', 'steps=7', '--json');
    expect(json.code).toBe(0);
    expect(JSON.parse(json.stdout).params).toMatchObject({ dim: 3, steps: 7 });
    const report = await call('run', 'finetune', '--set', 'preset=tiny');
    expect(report.stdout).toContain('To repeat: overtrain run finetune --set preset=tiny --seed 1');
    const help = await call('run', 'finetune', '--help');
    expect(help.stdout).toContain('tiny: dim=3 spectrum=2,1 times=1,5 target=scale:2 steps=4');
    const wrong = await call('run', 'finetune', '--set', 'preset=tinny');
    expect([wrong.code, wrong.stdout]).toEqual([2, '']);
    expect(wrong.stderr).toMatch(/^overtrain: preset: "tinny" is not allowed; .*did you mean tiny\?\n$/);
    const list = JSON.parse((await call('list', '--json')).stdout);
    expect(list.scenarios[0].presets).toEqual(small.presets);
  });

  test.each(
    scenarios.flatMap((scenario) =>
      Object.keys(scenario.presets ?? {}).map((name) => [scenario.id, name, scenario] as const),
    ),
  )('%s: %s sets parameters that exist, to values that are allowed', (_, name, scenario) => {
    const settings = scenario.presets![name]!;
    const parameters = resolveParameters(scenario, { preset: name });
    expect(parameters).toEqual(resolveParameters(scenario, settings));
    for (const parameter of Object.keys(settings)) expect(parameters).toHaveProperty(parameter);
  });
});
