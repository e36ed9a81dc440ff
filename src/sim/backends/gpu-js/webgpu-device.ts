import { createRequire } from 'node:module';
import type { DeviceChoice, GpuJsDevice } from './gpu-js-device.js';
import { deviceLaunches } from './launch-sizes.js';
import { installNavigatorGpu } from './navigator-gpu.js';
import { vulkanDrivers } from './vulkan-drivers.js';
import { noDawn, noVulkanDriver, noWebgpuAdapter, noWebgpuPackage, onlySoftware } from './webgpu-missing.js';

/** The device that all backends of this process share, as gpu.js knows only one. */
interface SharedDevice {
  readonly adapter: GPUAdapter;
  readonly device: GPUDevice;
  /** Errors that the device reported, in the order of their coming. */
  readonly errors: readonly string[];
  close(): Promise<void>;
}

let shared: Promise<SharedDevice> | undefined;
let closing: Promise<void> = Promise.resolve();
let holders = 0;

/**
 * Opens the graphics card through Dawn, Chrome's WebGPU, and makes it what gpu.js finds.
 *
 * @throws Error when there is no device, or only a simulated one and that is not acceptable; with what to install
 */
export async function openWebgpu({ software }: DeviceChoice): Promise<GpuJsDevice> {
  holders++;
  shared ??= closing.then(start);
  const opened = shared;
  let held: SharedDevice;
  try {
    held = await opened;
  } catch (error) {
    holders--;
    if (shared === opened) shared = undefined;
    throw error;
  }
  const { adapter, device, errors } = held;
  let released = false;
  const release = async () => {
    if (released) return;
    released = true;
    if (--holders > 0) return;
    shared = undefined;
    closing = held.close();
    await closing;
  };
  if (!software && isSoftware(adapter.info)) {
    await release();
    throw onlySoftware(nameOf(adapter.info));
  }
  const known = errors.length;
  return {
    description: describe(adapter.info, device.limits),
    ranAs: 'webgpu',
    launches: deviceLaunches,
    limits: {
      matrices: device.limits.maxComputeWorkgroupsPerDimension,
      entries: Math.min(device.limits.maxStorageBufferBindingSize, device.limits.maxBufferSize) / 4,
    },
    check: () => {
      // gpu.js only prints these, and hands out zeros for what was not computed.
      if (errors.length > known) throw new Error(`the WebGPU device failed: ${errors[known]}`);
    },
    release,
  };
}

async function start(): Promise<SharedDevice> {
  if (process.platform === 'linux' && vulkanDrivers(process.env).length === 0) {
    throw noVulkanDriver(isInstalled());
  }
  if (!isInstalled()) throw noWebgpuPackage();
  const { create } = await import('webgpu').catch((error: unknown) => {
    throw noDawn(error);
  });
  // Dawn ends when this object is collected, so the closures below keep it.
  const gpu = create([]);
  const adapter = await gpu.requestAdapter({ powerPreference: 'high-performance' });
  if (adapter === null) throw noWebgpuAdapter(process.platform);
  // What the card can do instead of the specification's defaults, which cap arrays at 128 MiB.
  const { maxStorageBufferBindingSize, maxBufferSize } = adapter.limits;
  const device = await adapter.requestDevice({
    requiredLimits: { maxStorageBufferBindingSize, maxBufferSize },
  });
  const errors: string[] = [];
  device.addEventListener('uncapturederror', ({ error }) => errors.push(error.message));
  const lost = device.lost.then(({ reason, message }) => {
    if (reason !== 'destroyed') errors.push(`device lost: ${message}`);
  });
  // gpu.js gets this adapter and this device whatever it asks for, so what runs is what was recorded.
  const requestDevice = async () => device;
  const uninstall = installNavigatorGpu({
    requestAdapter: async () => ({ limits: adapter.limits, info: adapter.info, requestDevice }),
  });
  return {
    adapter,
    device,
    errors,
    // Node does not end while a device lives.
    close: async () => {
      uninstall();
      device.destroy();
      await lost;
      void gpu;
    },
  };
}

/** Whether the npm package with Dawn, an optional peer, is there; this does not load it. */
function isInstalled(): boolean {
  try {
    createRequire(import.meta.url).resolve('webgpu');
    return true;
  } catch {
    return false;
  }
}

/** Whether an adapter is a program on the processor. */
export function isSoftware(info: Pick<GPUAdapterInfo, 'isFallbackAdapter' | 'architecture' | 'description'>) {
  const words = `${info.architecture} ${info.description}`;
  return info.isFallbackAdapter || /swiftshader|llvmpipe|lavapipe|basic render/i.test(words);
}

function nameOf({ description, device, architecture, vendor }: GPUAdapterInfo): string {
  // Dawn writes the driver and its version into the description.
  return device || description || [vendor, architecture].filter((part) => part !== '').join(' ') || 'unnamed';
}

function describe(info: GPUAdapterInfo, limits: GPUSupportedLimits): string {
  const kind = isSoftware(info) ? 'software on the processor' : 'graphics card';
  const driver = info.description === '' ? '' : `, ${info.description}`;
  const mebibytes = Math.floor(Math.min(limits.maxStorageBufferBindingSize, limits.maxBufferSize) / 2 ** 20);
  return `WebGPU on ${nameOf(info)} (${kind}${driver}), arrays up to ${mebibytes} MiB`;
}
