import { MissingDevice } from './missing-device.js';

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
export function noWebgpuAdapter(platform: NodeJS.Platform): MissingDevice {
  const remedy = platform === 'linux' ? `${DRIVER}; vulkaninfo tells more` : UPDATE;
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
