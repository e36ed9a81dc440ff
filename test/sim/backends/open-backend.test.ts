import { afterEach, describe, expect, test, vi } from 'vitest';
import { backendChoices, backendNames } from '../../../src/sim/backends/backend-list.js';
import { GpuJsPlans } from '../../../src/sim/backends/gpu-js/gpu-js-plans.js';
import type { Pipeline } from '../../../src/sim/backends/gpu-js/gpu-module.js';
import * as gpuModule from '../../../src/sim/backends/gpu-js/gpu-module.js';
import { descentWork } from '../../../src/sim/backends/gpu-js/gpu-threshold.js';
import * as webgpuDevice from '../../../src/sim/backends/gpu-js/webgpu-device.js';
import { create, messageOf, openBackend } from '../../../src/sim/backends/open-backend.js';
import { probeBackends } from '../../../src/sim/backends/probe.js';
import { SimdBackend } from '../../../src/sim/backends/simd-backend.js';
import type { InvalidInputError } from '../../../src/theory/invalid-input.js';
import { absentDevices, backendsHere } from '../../support/devices.js';

interface Behaviour {
  readonly ran?: string;
  readonly factor?: number;
  readonly throws?: string;
  readonly brokenModes?: readonly string[];
  /** Whether there is no graphics card; what the machine has, if not said. */
  readonly noCard?: boolean;
}

/**
 * Our modules on a gpu.js that fails, falls back or miscalculates, as the real one does on machines that are hard to come
 * by.
 */
function withFakeGpu(behaviour: Behaviour) {
  const destroyed = vi.fn(async () => {});
  class FakeGpu {
    readonly destroy = destroyed;
    constructor(readonly settings: { mode: string }) {
      if (behaviour.brokenModes?.includes(settings.mode)) throw new Error(`${settings.mode} is not here\nat line 1`);
    }
    createKernel() {
      return () => ({});
    }
    createPipeline() {
      const run = async () => {
        if (behaviour.throws !== undefined) throw new Error(behaviour.throws);
        return Float32Array.of(behaviour.factor ?? 0.6875);
      };
      const backend = behaviour.ran ?? this.settings.mode;
      return Object.assign(run, { backend, executorKind: 'generic', fallbackReason: 'no SIMD' });
    }
  }
  const fake = { GPU: FakeGpu, input: (values: Float32Array) => values };
  vi.spyOn(gpuModule, 'loadGpuModule').mockResolvedValue(fake as never);
  if (behaviour.brokenModes?.includes('simd'))
    vi.spyOn(SimdBackend, 'open').mockRejectedValue(new Error('no threads here\nat line 1'));
  if (behaviour.noCard) vi.spyOn(webgpuDevice, 'openWebgpu').mockRejectedValue(new Error('only software'));
  return { destroyed };
}

afterEach(() => vi.restoreAllMocks());

describe('a backend by name', () => {
  test.each(backendsHere)('%s is the one that is opened', async (name) => {
    const { backend, reason } = await openBackend(name);
    expect(backend.name).toBe(name);
    expect(reason).toBe('asked for by name');
    await backend.dispose();
  });

  test('fails in one line when another one ran in its place, and frees what it had', async () => {
    const { destroyed } = withFakeGpu({ ran: 'cpu' });
    const failure: unknown = await openBackend('webasm').catch((error: unknown) => error);
    const { name, message, option, value } = failure as InvalidInputError;
    expect(name).toBe('InvalidInputError');
    expect([option, value]).toEqual(['--backend', 'webasm']);
    expect(message).toContain('webasm was asked for but cpu ran: no SIMD');
    expect(message).toContain('such as simd, simd64, cpu, reference');
    expect(message).not.toContain('\n');
    expect(destroyed).toHaveBeenCalled();
  });

  test('fails in one line when it does not run at all', async () => {
    withFakeGpu({ throws: 'cannot compile\nstack' });
    await expect(openBackend('cpu')).rejects.toMatchObject({ name: 'InvalidInputError' });
    await expect(openBackend('cpu')).rejects.toThrow(/^[^\n]*cannot compile\)$/);
  });

  test('fails when it degrades later in a run, instead of going on with another', async () => {
    const { backend } = await openBackend('cpu');
    const degraded = Object.assign(async () => Float32Array.of(1), { backend: 'webasm', fallbackReason: 'later' });
    vi.spyOn(GpuJsPlans.prototype, 'modeDescent').mockReturnValue(degraded as unknown as Pipeline);
    const batch = {
      count: 1,
      modes: 1,
      factors: Float64Array.of(1),
      sigmas: Float64Array.of(1),
      rateScale: Float64Array.of(1),
    };
    await expect(backend.descendModes(batch, [0.1])).rejects.toThrow('cpu was asked for but webasm ran: later');
    await backend.dispose();
  });
});

const MUCH = { operations: 1e12 };

describe('auto', () => {
  test('takes the fastest that runs where there is much to do, and says so', async () => {
    const { backend, reason } = await openBackend('auto', MUCH);
    expect(backend.name).toBe('simd');
    expect(reason).toBe('the fastest that runs here');
    await backend.dispose();
  });

  test.each([{}, { operations: 1e9 }])('takes float64 where float32 saves nothing to speak of: %o', async (need) => {
    const { backend, reason } = await openBackend('auto', need);
    expect([backend.name, backend.precision]).toEqual(['simd64', 'f64']);
    expect(reason).toBe('float64, since float32 is not expected to save noticeable time');
    await backend.dispose();
  });

  test('says what it passed over and why', async () => {
    withFakeGpu({ brokenModes: ['simd', 'webasm'] });
    const { backend, reason } = await openBackend('auto', MUCH);
    expect(backend.name).toBe('cpu');
    expect(reason).toBe(
      'the fastest that runs here; simd does not run: no threads here; simd64 does not run: no threads here; webasm does not run: webasm is not here',
    );
    withFakeGpu({ brokenModes: ['simd', 'webasm', 'cpu'] });
    const last = await openBackend('auto');
    expect(last.backend.name).toBe('reference');
    expect(last.reason).toContain('webasm does not run');
    expect(last.reason).toContain('cpu does not run');
  });

  test('takes float64 where the problem needs it, with the reason', async () => {
    const { backend, reason } = await openBackend('auto', { float64Reason: 'tiny factors' });
    expect([backend.name, backend.precision, reason]).toEqual(['simd64', 'f64', 'tiny factors']);
  });

  test('takes no program in the place of a graphics card, however much there is to do', async () => {
    const work = descentWork({ rows: 512, hidden: 512, cols: 512 }, 64, 100_000);
    withFakeGpu({ noCard: true });
    const { backend, reason } = await openBackend('auto', { operations: work.flops, work });
    expect(backend.name).toBe('simd');
    expect(reason).toBe('the fastest that runs here; webgpu does not run: only software');
    await backend.dispose();
  });

  test('is the first of the choices', () => {
    expect(backendChoices).toEqual(['auto', ...backendNames]);
  });
});

describe('the probe', () => {
  test('finds every backend of this machine working', async () => {
    const reports = await probeBackends();
    expect(reports.map(({ name }) => name)).toEqual(backendNames);
    for (const { name, available, detail, remedy, device, precision } of reports) {
      if (absentDevices.has(name)) {
        expect([available, detail, device, precision]).toEqual([false, absentDevices.get(name), null, null]);
        expect(remedy).toMatch(/install|start|update/);
        continue;
      }
      expect([available, detail, remedy]).toEqual([true, 'runs', null]);
      expect(device).not.toBe('');
      expect(precision).not.toBeNull();
    }
  });

  test('reports a backend that does not run, with a remedy', async () => {
    withFakeGpu({ brokenModes: ['webasm'] });
    const report = (await probeBackends()).find(({ name }) => name === 'webasm')!;
    expect(report).toMatchObject({ available: false, detail: 'webasm is not here', device: null, precision: null });
    expect(report.remedy).toContain('npm ci');
  });

  test('reports a backend that miscalculates', async () => {
    withFakeGpu({ factor: 0.5 });
    const report = (await probeBackends()).find(({ name }) => name === 'cpu')!;
    expect(report.available).toBe(false);
    expect(report.detail).toContain('0.5 instead of 0.6875');
    expect(report.remedy).not.toBeNull();
  });
});

test('what was thrown is told in its first line, whatever it was', () => {
  expect(messageOf(new Error('a\nb'))).toBe('a');
  expect(messageOf('c')).toBe('c');
});

test('each backend can be created on its own', async () => {
  const backend = await create('reference');
  expect(backend.device).toContain('ml-matrix');
});
