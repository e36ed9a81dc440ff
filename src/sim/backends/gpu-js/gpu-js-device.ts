import { availableParallelism } from 'node:os';
import { type BatchLimits, type Launches, processorLaunches } from './launches.js';

/** Modes of gpu.js that are backends here. */
export type GpuJsMode = 'cpu' | 'webasm' | 'webgpu';

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

export interface DeviceChoice {
  /** Also one that is simulated on the processor. */
  readonly software: boolean;
}

/** Finds the device of a mode and prepares it for gpu.js. @throws Error when there is none, with what to install */
export async function openGpuJsDevice(mode: GpuJsMode, choice: DeviceChoice): Promise<GpuJsDevice> {
  switch (mode) {
    case 'webgpu': {
      const { openWebgpu } = await import('./webgpu-device.js');
      return openWebgpu(choice);
    }
    case 'cpu':
      return processor(mode, 'JavaScript, 1 thread');
    case 'webasm':
      return processor(mode, `WebAssembly SIMD, up to ${availableParallelism()} threads`);
  }
}

function processor(mode: 'cpu' | 'webasm', description: string): GpuJsDevice {
  return { description, ranAs: mode, launches: processorLaunches, check: () => {}, release: async () => {} };
}
