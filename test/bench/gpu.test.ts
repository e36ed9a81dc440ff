import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

/** The programs are plain JavaScript without types. */
const load = (name: string) => import(new URL(`../../bench/gpu/${name}`, import.meta.url).href);

const { driverChoices } = await load('drivers.mjs');
const { cardNamed, floorSeconds, slug } = await load('cards.mjs');
const { readOptions } = await load('options.mjs');
const { tableOf } = await load('table.mjs');

describe('drivers of a card', () => {
  let system: string;
  beforeEach(() => {
    system = mkdtempSync(join(tmpdir(), 'overtrain-drivers-'));
  });
  afterEach(() => rmSync(system, { recursive: true }));

  const put = (...path: string[]) => {
    const file = join(system, ...path);
    mkdirSync(join(file, '..'), { recursive: true });
    writeFileSync(file, '');
    return file;
  };

  test('are those that the environment names, and no others', () => {
    put('usr/share/vulkan/icd.d/nvidia_icd.json');
    for (const variable of ['VK_DRIVER_FILES', 'VK_ICD_FILENAMES']) {
      const choices = driverChoices({ [variable]: '/some.json' }, system, system);
      expect(choices.length).toBe(1);
      expect(choices[0].env).toEqual({ VK_DRIVER_FILES: '/some.json', VK_ICD_FILENAMES: '/some.json' });
    }
  });

  test('are the installed manifests first, those of other makers left out', () => {
    const manifest = put('usr/local/nvidia/share/vulkan/icd.d/nvidia_icd.x86_64.json');
    put('usr/share/vulkan/icd.d/intel_icd.x86_64.json');
    put('usr/lib64/libGLX_nvidia.so.0');
    const choices = driverChoices({}, system, system);
    expect(choices.map(({ env }: { env: Record<string, string> }) => env.VK_DRIVER_FILES)).toEqual([
      manifest,
      join(system, 'nvidia-0.json'),
    ]);
  });

  test('are a library alone, by a manifest that is made', () => {
    const egl = put('usr/lib/x86_64-linux-gnu/libEGL_nvidia.so.0');
    const glx = put('opt/driver/libGLX_nvidia.so.0');
    const choices = driverChoices({ LD_LIBRARY_PATH: join(system, 'opt/driver') }, system, system);
    const libraries = choices.map(({ env }: { env: Record<string, string> }) => {
      const { ICD, file_format_version } = JSON.parse(readFileSync(env.VK_DRIVER_FILES!, 'utf8'));
      expect(file_format_version).toBe('1.0.0');
      return ICD.library_path;
    });
    expect(libraries).toEqual([glx, egl]);
    expect(choices[1].folder).toBe(join(egl, '..'));
  });

  test('are none where there is no trace of one', () => {
    expect(driverChoices({}, system, system)).toEqual([]);
  });
});

describe('what a card can do', () => {
  test.each([
    ['nvidia-h100-80gb-hbm3', 67e12],
    ['NVIDIA H100 PCIe', 51e12],
    ['NVIDIA H200', 67e12],
    ['NVIDIA A100-SXM4-80GB', 19.5e12],
    ['NVIDIA L4', 30.3e12],
    ['NVIDIA L40S', 91.6e12],
    ['Tesla T4', 8.1e12],
    ['NVIDIA GeForce RTX 4090', 82.6e12],
  ])('is known of %s', (name, flops) => {
    expect(cardNamed(name).flops).toBe(flops);
  });

  test.each(['swiftshader-device-subzero-', 'NVIDIA GH200 480GB', 'NVIDIA GeForce GTX 1080'])(
    'is left blank for %s',
    (name) => {
      expect(cardNamed(name)).toBeUndefined();
      expect(floorSeconds(cardNamed(name), { flops: 1, bytes: 1 })).toBeUndefined();
    },
  );

  test('bounds work by its arithmetic or by its way through memory', () => {
    const card = { flops: 1e12, bytes: 1e11 };
    expect(floorSeconds(card, { flops: 2e12, bytes: 1e11 })).toBe(2);
    expect(floorSeconds(card, { flops: 1e12, bytes: 3e11 })).toBe(3);
  });

  test('and its name become the name of a file', () => {
    expect(slug('NVIDIA H100 80GB HBM3')).toBe('nvidia-h100-80gb-hbm3');
    expect(slug('../x/-')).toBe('x');
  });
});

test('options that are wrong are named in one line', () => {
  expect(readOptions(['--quick'])).toMatchObject({ quick: true, rounds: 2, software: false });
  expect(readOptions([])).toMatchObject({ rounds: 7, out: '.' });
  expect(readOptions(['--rounds', '0'])).toContain('--rounds: "0" is not allowed');
  expect(readOptions(['--fast'])).toMatch(/^Unknown option '--fast'[^\n]*$/);
});

test('the table leaves blank what is not known, and marks wrong numbers', () => {
  const result = {
    work: 'w',
    unit: 'u',
    ours: 10,
    spread: 0.01,
    steps_ours: null,
    seconds: 2,
    floor_seconds: 0.5,
    launches: 3,
    readbacks: 1,
    float64_difference: 1e-7,
    agrees: false,
    peers: [{ peer: 'torch-graph', value: 20, steps_value: 25, ratio: 0.5, steps_ratio: null }],
  };
  // The floor is a rate too: four times as much as what took 2 s.
  expect(tableOf([result]).at(-1)).toBe(
    '| w | u | 10 ±1 % |  | 40 | 3 | 1 |  |  |  |  | 20 | 25 | 0.5 |  | 1e-7 WRONG |',
  );
});

test('the stand-in for vitest runs every test and tells which fail', async () => {
  const standIn = await load('conformance/vitest-stand-in.mjs');
  const seen: unknown[] = [];
  standIn.describe.each([['a'], ['b']])('group %s', (name: string) => {
    standIn.test.each([
      [1, 2],
      [3, 4],
    ])('%i', async (one: number, two: number) => {
      seen.push([name, one, two]);
      standIn.expect(one === 3 && name === 'b').toBe(false);
    });
  });
  standIn.test.each([1])('a row that is no list', (value: number) => standIn.expect(value).toEqual(1));
  const said: string[] = [];
  const report = await standIn.runCollected((line: string) => said.push(line));
  expect(seen.length).toBe(4);
  expect(report).toMatchObject({ tests: 5, passed: 4 });
  expect(report.failed.map(({ name }: { name: string }) => name)).toEqual(['group b > 3']);
  expect(said[0]).toMatch(/^FAILED group b > 3: expected true to be false/);
});
