import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Backend } from '../../../src/sim/backends/backend.js';
import {
  type CardSource,
  cacheFolder,
  measureRates,
  ratesOf,
  readRates,
} from '../../../src/sim/backends/card-rates.js';
import { descentWork } from '../../../src/sim/backends/gpu-js/gpu-threshold.js';
import { create, openBackend } from '../../../src/sim/backends/open-backend.js';
import { probeCard } from '../../../src/sim/backends/probe.js';
import { SimdBackend } from '../../../src/sim/backends/simd-backend.js';
import { missingDevices } from '../../support/devices.js';
import { networkBatch } from '../../support/network-cases.js';

const enough = descentWork({ rows: 512, hidden: 512, cols: 512 }, 64, 100_000);

/** The least that a card can be asked. */
const SPECK = networkBatch({ rows: 1, hidden: 1, cols: 1 }, 1, 1);

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'overtrain-rates-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** A card for tests: the kernels of `simd`, which count as one, and how often they were asked. */
async function cardOf(device = 'a card, driver 1'): Promise<Backend & { calls: number }> {
  const simd = await SimdBackend.open('f32', 1);
  const card = {
    name: 'webgpu',
    precision: 'f32' as const,
    device,
    calls: 0,
    descendNetworks: async (...parameters: Parameters<Backend['descendNetworks']>) => {
      card.calls++;
      return simd.descendNetworks(...parameters);
    },
    descendModes: simd.descendModes.bind(simd),
    optimizeNetworks: simd.optimizeNetworks.bind(simd),
    perturbationMoments: simd.perturbationMoments.bind(simd),
    dispose: () => simd.dispose(),
  };
  return card;
}

/** Where cards are found; what measures them asks them once and says the same whatever the clock says. */
function sourceOf(open: () => Promise<Backend> = () => cardOf()) {
  const measure = async (card: Backend) => {
    await card.descendNetworks(SPECK, [0]);
    return { card: 5e10, simd: 6e10, pass: 1e-5 };
  };
  return { open, env: { XDG_CACHE_HOME: folder }, measure } satisfies CardSource;
}

function keptFile(): string {
  const names = readdirSync(join(folder, 'overtrain'));
  expect(names.length).toBe(1);
  return join(folder, 'overtrain', names[0]!);
}

/** Puts other rates in the place of those that were measured. */
function rewrite(rates: object): void {
  const file = keptFile();
  writeFileSync(file, JSON.stringify({ ...JSON.parse(readFileSync(file, 'utf8')), rates }));
}

describe('rates of a card', () => {
  test('are measured once, and then the same', async () => {
    const source = sourceOf();
    const card = await cardOf();
    const first = await ratesOf(card, source);
    expect(card.calls).toBeGreaterThan(0);
    card.calls = 0;
    expect(await ratesOf(card, source)).toEqual(first);
    expect(card.calls).toBe(0);
    expect(first.file).toBe(keptFile());
    for (const rate of [first.card, first.simd, first.pass]) expect(rate).toBeGreaterThan(0);
    await card.dispose();
  });

  test('are measured anew for another card or driver', async () => {
    const source = sourceOf();
    for (const device of ['a card, driver 1', 'a card, driver 2']) {
      const card = await cardOf(device);
      await ratesOf(card, source);
      expect(card.calls).toBeGreaterThan(0);
      await card.dispose();
    }
    expect(readdirSync(join(folder, 'overtrain')).length).toBe(2);
  });

  test.each([
    ['no JSON', '{"rates":'],
    ['no object', 'null'],
    ['no rates', '{"device":"a card, driver 1","overtrain":"1","cores":1}'],
    ['nothing', ''],
  ])('are measured anew and kept where the file holds %s', async (_, text) => {
    const source = sourceOf();
    const card = await cardOf();
    await ratesOf(card, source);
    writeFileSync(keptFile(), text);
    card.calls = 0;
    const rates = await ratesOf(card, source);
    expect(card.calls).toBeGreaterThan(0);
    const { card: c, simd, pass } = rates;
    expect(JSON.parse(readFileSync(keptFile(), 'utf8')).rates).toEqual({ card: c, simd, pass });
    await card.dispose();
  });

  test.each([{ card: -1, simd: 1, pass: 1 }, { card: 1, simd: 1 }, { card: '9', simd: 1, pass: 1 }, null])(
    'are not taken from a file with %j',
    async (rates) => {
      const source = sourceOf();
      const card = await cardOf();
      await ratesOf(card, source);
      rewrite(rates as object);
      const { device, overtrain, cores } = JSON.parse(readFileSync(keptFile(), 'utf8'));
      expect(readRates(folder, { device, overtrain, cores })).toBeUndefined();
      await card.dispose();
    },
  );

  test('serve the run that measured them where they cannot be kept', async () => {
    writeFileSync(join(folder, 'file'), '');
    const card = await cardOf();
    const { file, words } = await ratesOf(card, { ...sourceOf(), env: { XDG_CACHE_HOME: join(folder, 'file') } });
    expect(file).toBeNull();
    expect(words).toMatch(/^measured here: .*, which could not be kept \((ENOTDIR|EEXIST|ENOENT)\)$/);
    // A folder in the place of the file: the draft is taken away again.
    await ratesOf(card, sourceOf());
    const blocked = keptFile();
    rmSync(blocked);
    mkdirSync(join(blocked, 'in the way'), { recursive: true });
    expect((await ratesOf(card, sourceOf())).file).toBeNull();
    expect(keptFile()).toBe(blocked);
    await card.dispose();
  });

  test('of a card that is quick at the start are those of its steps without the way there', async () => {
    // 10 ms for the way and 0.1 ms for a step of 64 networks of 64³: 1.0e8 operations in 0.1 ms are 1e12 a second.
    let now = 0;
    const original = performance.now;
    const clocked = (perCall: number, perStep: number): Backend =>
      ({
        descendNetworks: async ({ count }: { count: number }, rates: readonly number[]) => {
          now += perCall + (count === 1 ? 0.01 : perStep) * rates.length;
        },
      }) as unknown as Backend;
    performance.now = () => now;
    try {
      const quick = await measureRates(clocked(1, 0.1), clocked(0, 1));
      expect(quick.card).toBeCloseTo(1e12, -10);
      expect(quick.simd).toBeCloseTo(1e11, -9);
      // 1 ms and 128 steps of 0.01 ms, over 384 passes, are 5.9 µs.
      expect(quick.pass).toBe(5.9e-6);
      // 8 steps of 5 ms are too long for 128: their rate, with the way, is 1.0e8 · 8 operations in 41 ms.
      const slow = await measureRates(clocked(1, 5), clocked(0, 1));
      expect(slow.card).toBeCloseTo(2e10, -8);
    } finally {
      performance.now = original;
    }
  });
});

describe('auto', () => {
  test('leaves a card that is no faster than simd, with what was measured, the same each time', async () => {
    const reasons: string[] = [];
    for (let round = 0; round < 2; round++) {
      const { backend, reason } = await openBackend('auto', { work: enough }, {}, sourceOf());
      expect(backend.name).toBe('simd');
      reasons.push(reason);
      await backend.dispose();
      if (round === 0) rewrite({ card: 9e10, simd: 6e10, pass: 1e-5 });
    }
    expect(reasons[0]).toMatch(/^the fastest that runs here; webgpu would not pay \(measured here: the card /);
    expect(reasons[1]).toContain('(measured here: the card 90 GFLOP/s and 10 µs a launch, simd 60 GFLOP/s)');
  });

  test('takes one that is much faster, for enough work', async () => {
    const card = await cardOf();
    await ratesOf(card, sourceOf());
    rewrite({ card: 2e12, simd: 6e10, pass: 1e-5 });
    const taken = await openBackend(
      'auto',
      { work: enough },
      {},
      sourceOf(async () => card),
    );
    expect(taken.backend).toBe(card);
    expect(taken.reason).toBe(
      'so much work that a graphics card pays (measured here: the card 2000 GFLOP/s and 10 µs a launch, simd 60 GFLOP/s)',
    );
    await card.dispose();
  });

  test('does not look for a card where none could pay', async () => {
    const open = async () => {
      throw new Error('was opened');
    };
    const { backend, reason } = await openBackend('auto', { work: { flops: 2e10, passes: 3 } }, {}, sourceOf(open));
    expect(reason).toBe('the fastest that runs here');
    await backend.dispose();
  });

  test('goes on without a card that fails while it is measured', async () => {
    const open = async () => {
      const card = await cardOf();
      card.descendNetworks = async () => {
        throw new Error('device lost\nat');
      };
      return card;
    };
    const { backend, reason } = await openBackend('auto', { work: enough }, {}, sourceOf(open));
    expect(backend.name).toBe('simd');
    expect(reason).toBe('the fastest that runs here; webgpu does not run: device lost');
    await backend.dispose();
    const report = await probeCard(sourceOf(open));
    expect(report).toMatchObject({ rates: null, threshold: null, file: null, detail: 'device lost' });
  });
});

describe('the probe of a card', () => {
  test('tells from how much work on it is taken, and where that is kept', async () => {
    const first = (await probeCard(sourceOf()))!;
    expect(first.file).toBe(keptFile());
    const rates = { card: 2e12, simd: 8e10, pass: 1e-5 };
    rewrite(rates);
    const { device, threshold, ...rest } = (await probeCard(sourceOf()))!;
    expect(rest).toMatchObject({ rates, file: first.file });
    expect(device).toBe('a card, driver 1');
    // 2 s over 1/8e10 − 2/2e12.
    expect(threshold!.flops).toBeCloseTo(2 / 1.15e-11, -3);
  });

  test('finds none where none opens', async () => {
    const none = async () => {
      throw new Error('none');
    };
    expect(await probeCard(sourceOf(none))).toBeNull();
  });
});

test.skipIf(missingDevices.has('webgpu'))(
  'a software device that counts as a card is measured and never pays',
  async () => {
    const { measure: _, ...source } = sourceOf(() => create('webgpu', { devices: { software: true } }));
    const { backend, reason } = await openBackend('auto', { work: enough }, {}, source);
    expect(backend.name).toBe('simd');
    expect(reason).toContain('webgpu would not pay (measured here: the card ');
    await backend.dispose();
    const { device } = JSON.parse(readFileSync(keptFile(), 'utf8'));
    expect(device).toMatch(/^WebGPU on .*driver/);
  },
);

test('the cache is where the system has it', () => {
  expect(cacheFolder({ XDG_CACHE_HOME: '/c' }, 'linux')).toBe('/c');
  expect(cacheFolder({ XDG_CACHE_HOME: 'relative' }, 'linux')).toBe(join(homedir(), '.cache'));
  expect(cacheFolder({}, 'linux')).toBe(join(homedir(), '.cache'));
  expect(cacheFolder({}, 'darwin')).toBe(join(homedir(), 'Library', 'Caches'));
  expect(cacheFolder({ LOCALAPPDATA: 'local' }, 'win32')).toBe('local');
  expect(cacheFolder({}, 'win32')).toBe(join(homedir(), 'AppData', 'Local'));
});
