import { readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { homedir } from 'node:os';
import { join } from 'node:path';
import type { DeviceChoice } from '../backend.js';
import type { Environment } from '../card-rates.js';
import { type BatchLimits, deviceLaunches, type Launches } from './launches.js';

/** What a mode of gpu.js runs on. */
export interface GpuJsDevice {
  /** In words for the record. */
  readonly description: string;
  /** What gpu.js says has run when it was this. */
  readonly ranAs: string;
  readonly launches: Launches;
  /** What fits into one launch; absent where only memory bounds it. */
  readonly limits?: BatchLimits;
  /**
   * Looks whether the device failed, which gpu.js does not notice: it hands out zeros for what was not computed.
   *
   * @throws Error when it did: results since then may be wrong
   */
  check(): void;
  /** Gives the device back once nothing runs on it; a second time does nothing. */
  release(): Promise<void>;
}

/** A device that is not there or not acceptable, with what to install or do. */
export class MissingDevice extends Error {
  override readonly name = 'MissingDevice';

  constructor(
    problem: string,
    readonly remedy: string,
  ) {
    super(problem);
  }
}

/** The part of `navigator.gpu` that gpu.js asks. */
export interface NavigatorGpu {
  requestAdapter(): Promise<unknown>;
}

/**
 * Puts a WebGPU implementation where browsers have it, for gpu.js looks nowhere else. Node has no `navigator` before
 * version 21 and none with `gpu` in any.
 *
 * @returns takes it away again
 */
export function installNavigatorGpu(gpu: NavigatorGpu): () => void {
  const host = globalThis as { navigator?: object };
  const made = host.navigator === undefined;
  if (made) {
    // What newer Node says of itself: a library that sees a navigator expects these.
    const value = { userAgent: `Node.js/${process.versions.node.split('.')[0]}`, platform: process.platform };
    Object.defineProperty(host, 'navigator', { value, configurable: true });
  }
  const { navigator } = host as { navigator: { gpu?: NavigatorGpu } };
  Object.defineProperty(navigator, 'gpu', { value: gpu, configurable: true });
  return () => {
    delete navigator.gpu;
    if (made) delete host.navigator;
  };
}

/**
 * Manifests of the Vulkan drivers that the loader of this Linux system would read, in the places that the loader's
 * documentation lists ("Driver Discovery on Linux"). Asking Dawn instead would print warnings when there is none.
 */
export function vulkanDrivers(env: Environment): string[] {
  const named = env.VK_DRIVER_FILES || env.VK_ICD_FILENAMES;
  if (named) return named.split(':').filter((file) => file !== '');
  const added = env.VK_ADD_DRIVER_FILES?.split(':').filter((file) => file !== '') ?? [];
  const listed = (value: string | undefined, fallback: string) => (value || fallback).split(':');
  const roots = [
    ...listed(env.XDG_CONFIG_HOME, join(homedir(), '.config')),
    ...listed(env.XDG_CONFIG_DIRS, '/etc/xdg'),
    '/etc',
    ...listed(env.XDG_DATA_HOME, join(homedir(), '.local', 'share')),
    ...listed(env.XDG_DATA_DIRS, '/usr/local/share:/usr/share'),
  ];
  return [...added, ...roots.flatMap((root) => manifests(join(root, 'vulkan', 'icd.d')))];
}

function manifests(folder: string): string[] {
  try {
    return readdirSync(folder)
      .filter((name) => name.endsWith('.json'))
      .map((name) => join(folder, name));
  } catch {
    return [];
  }
}

const SOFTWARE =
  'without a graphics card, SwiftShader runs it on the processor: apt install libvulkan1 chromium-common, and set ' +
  'VK_ICD_FILENAMES=/usr/lib/chromium/vk_swiftshader_icd.json';

const DRIVER =
  'install the Vulkan loader and the driver of the graphics card (Debian and Ubuntu: apt install libvulkan1, with ' +
  `mesa-vulkan-drivers for AMD and Intel or the driver of NVIDIA); ${SOFTWARE}`;

const UPDATE = 'update the driver of the graphics card';

const INSTALL =
  'install it: npm install webgpu@0.6.2 (in a clone npm install --no-save --save-dev webgpu@0.6.2; 132 MB; Linux with glibc 2.34 or newer, macOS, or Windows)';

/**
 * Linux says by files which drivers it has; there are none.
 *
 * @param installed whether the npm package with Dawn is there
 */
export function noVulkanDriver(installed: boolean): MissingDevice {
  const problem = 'no Vulkan driver is registered on this system';
  return installed
    ? new MissingDevice(problem, DRIVER)
    : new MissingDevice(`${problem}, and the package webgpu is not installed`, `${INSTALL}; and ${DRIVER}`);
}

/** The npm package with Dawn was not installed. */
export function noWebgpuPackage(): MissingDevice {
  return new MissingDevice('the package webgpu is not installed', INSTALL);
}

/** Dawn found nothing to run on. */
export function noWebgpuAdapter(platform: string): MissingDevice {
  const remedy = platform === 'linux' ? `${DRIVER}; vulkaninfo gives details` : UPDATE;
  return new MissingDevice('no WebGPU adapter: neither a graphics card nor a software device', remedy);
}

/** The npm package with Dawn is there and does not load. */
export function noDawn(error: unknown): MissingDevice {
  const reason = error instanceof Error ? error.message.split('\n', 1)[0] : String(error);
  return new MissingDevice(`the package webgpu does not load: ${reason}`, INSTALL);
}

/** There is a device, but it is a program. */
export function onlySoftware(adapter: string): MissingDevice {
  return new MissingDevice(`the only WebGPU adapter is ${adapter}, which runs on the processor`, UPDATE);
}

/** The device that all backends of this process share, as gpu.js knows only one. */
interface SharedDevice {
  readonly adapter: GPUAdapter;
  readonly device: GPUDevice;
  /** Errors that the device reported, in the order of their coming. */
  readonly errors: readonly string[];
  close(): Promise<void>;
}

/** Dawn itself, never collected: devices, and what they still have to report once destroyed, would crash without it. */
let dawn: GPU | undefined;
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
  dawn ??= create([]);
  const adapter = await dawn.requestAdapter({ powerPreference: 'high-performance' });
  if (adapter === null) throw noWebgpuAdapter(process.platform);
  // What the card can do instead of the specification's defaults, which cap arrays at 128 MiB.
  const { maxStorageBufferBindingSize, maxBufferSize } = adapter.limits;
  const device = await adapter.requestDevice({ requiredLimits: { maxStorageBufferBindingSize, maxBufferSize } });
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
