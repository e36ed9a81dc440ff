import { describe, expect, test } from 'vitest';
import { GpuJsBackend } from '../../../../src/sim/backends/gpu-js/gpu-js-backend.js';
import { GpuJsPlans } from '../../../../src/sim/backends/gpu-js/gpu-js-plans.js';
import { loadGpuModule } from '../../../../src/sim/backends/gpu-js/gpu-module.js';
import { openWebgpu } from '../../../../src/sim/backends/gpu-js/webgpu-device.js';
import { optimizerNamed } from '../../../../src/sim/training/optimizers.js';
import { missingDevices } from '../../../support/devices.js';
import { networksOracle, unitRoundoff } from '../../../support/float-oracle.js';
import { modeBatch, networkBatch, oneNetwork } from '../../../support/network-cases.js';
import { fromNothing } from '../../../support/optimizer-oracle.js';

const modes = modeBatch(1, 2, 1);

/** Where gpu.js looks for WebGPU. */
function installed(): GPU | undefined {
  return (globalThis as { navigator?: { gpu?: GPU } }).navigator?.gpu;
}

/** What gpu.js finds there, which is the device itself. */
async function deviceInUse(): Promise<GPUDevice> {
  return (await installed()!.requestAdapter())!.requestDevice();
}

describe.skipIf(missingDevices.has('webgpu'))('the WebGPU device', () => {
  test('is shared, and gone after the last one that used it', async () => {
    expect(installed()).toBeUndefined();
    const [one, other] = await Promise.all([GpuJsBackend.open('webgpu'), GpuJsBackend.open('webgpu')]);
    const device = await deviceInUse();
    const expected = await one.descendModes(modes, [0.1]);
    await one.dispose();
    expect(await other.descendModes(modes, [0.1])).toEqual(expected);
    expect(await deviceInUse()).toBe(device);
    await Promise.all([other.dispose(), one.dispose()]);
    expect((await device.lost).reason).toBe('destroyed');
    expect(installed()).toBeUndefined();
  });

  test('opens again while the last one closes', async () => {
    const one = await GpuJsBackend.open('webgpu');
    const closing = one.dispose();
    const other = await GpuJsBackend.open('webgpu');
    await closing;
    expect(await other.descendModes(modes, [0])).toEqual(Float64Array.from(Float32Array.from(modes.factors)));
    await other.dispose();
    await expect(other.descendModes(modes, [0])).rejects.toThrow('disposed');
  });

  test('that reports an error makes every later result an error, not zeros', async () => {
    const backend = await GpuJsBackend.open('webgpu');
    const device = await deviceInUse();
    device.onuncapturederror = () => {};
    // No buffer may be mapped for reading and for writing.
    device.createBuffer({ size: 4, usage: 0x0003 });
    await expect(backend.descendModes(modes, [0.1])).rejects.toThrow('the WebGPU device failed');
    await expect(backend.descendModes(modes, [0.1])).rejects.toThrow('the WebGPU device failed');
    await backend.dispose();
  });

  test('that is lost stays lost, instead of being replaced by another', async () => {
    const backend = await GpuJsBackend.open('webgpu');
    const device = await deviceInUse();
    device.destroy();
    await device.lost;
    await expect(backend.descendModes(modes, [0.1])).rejects.toThrow();
    await expect(backend.descendModes(modes, [0.1])).rejects.toThrow();
    await backend.dispose();
    const again = await GpuJsBackend.open('webgpu');
    expect((await again.descendModes(modes, [0.1])).length).toBe(2);
    await again.dispose();
  });

  test('is refused where only a card will do and there is none', async () => {
    const device = await openWebgpu({ software: true });
    await device.release();
    const opened = openWebgpu({ software: false });
    if (device.description.includes('software')) await expect(opened).rejects.toThrow('on the processor');
    else await (await opened).release();
  });

  test('records all steps of a plan in one list of commands, so that nothing is read back in between', async () => {
    const device = await openWebgpu({ software: true });
    const { GPU, input } = await loadGpuModule();
    const plans = new GpuJsPlans(new GPU({ mode: 'webgpu' }));
    const plan = plans.networkDescent({ rows: 2, hidden: 2, cols: 2 }, 1, 8);
    const matrix = () => input(Float32Array.of(1, 2, 3, 4), [2, 2, 1]);
    await plan(matrix(), matrix(), matrix(), new Float32Array(8), Float32Array.of(1));
    expect([plan.executorKind, plan.backend, plan.fallbackReason]).toEqual(['fused-encoder', 'webgpu', null]);
    await plans.dispose();
    await device.release();
  });

  test('takes more networks than it has workgroups in one direction', async () => {
    const backend = await GpuJsBackend.open('webgpu');
    const batch = networkBatch({ rows: 1, hidden: 1, cols: 1 }, 70_000, 2);
    const run = { optimizer: optimizerNamed('gradient-descent'), rates: [0.1] };
    const result = await backend.optimizeNetworks(fromNothing(batch, 0), run);
    for (const index of [0, 65_534, 65_535, 69_999]) {
      const expected = networksOracle(oneNetwork(batch, index), [0.1], unitRoundoff('f32'));
      const error = Math.abs(result.first[index]! - expected.first[0]!);
      expect(error).toBeLessThanOrEqual(expected.firstBounds[0]!);
    }
    await backend.dispose();
  });
});
