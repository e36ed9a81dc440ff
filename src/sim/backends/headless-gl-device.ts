import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { GpuJsDevice } from './gpu-js-device.js';
import type { GpuInstance } from './gpu-module.js';
import { glNotBuilt, noGlContext } from './headless-gl-missing.js';
import { deviceLaunches } from './launch-sizes.js';

/** The part of a WebGL context that is looked at. */
interface GlContext {
  readonly MAX_TEXTURE_SIZE: number;
  getParameter(name: number): number;
  getExtension(name: string): { destroy?(): void } | null;
}

/** What `getError` may return, by the specification of WebGL. */
const ERRORS: Readonly<Record<number, string>> = {
  1280: 'invalid enumeration',
  1281: 'invalid value',
  1282: 'invalid operation',
  1285: 'out of memory',
  1286: 'invalid framebuffer',
  37442: 'context lost',
};

type CreateContext = (width: number, height: number) => GlContext | null;

/**
 * gpu.js keeps each number in a texel of four floats, so that this many numbers are a gibibyte; drivers that can address
 * more in one texture often cannot allocate it.
 */
const LARGEST_ARRAY = 2 ** 26;

/**
 * Kernels find the network of a matrix by a division, ⌊(z + ½) / n⌋, in a float that is off by up to three units in the last
 * place: the half makes up for that as long as 3 · 2⁻²³ z < ½, thus up to 1.4 million matrices.
 */
const MOST_MATRICES = 2 ** 20;

/**
 * Looks for OpenGL through the package `gl`, which who wants it installs; it is compiled then.
 *
 * @throws Error when it was not compiled or finds no display, with what to do
 */
export function openHeadlessGl(): GpuJsDevice {
  const context = loadGl()(2, 2);
  if (context === null) throw noGlContext(process.platform, process.env.DISPLAY);
  const side = context.getParameter(context.MAX_TEXTURE_SIZE);
  context.getExtension('STACKGL_destroy_context')?.destroy?.();
  return {
    description: `OpenGL on ${openGlDriver(mappedFiles())}, textures up to ${side} × ${side}`,
    ranAs: 'gpu',
    launches: deviceLaunches,
    limits: { matrices: MOST_MATRICES, entries: Math.min(side * side, LARGEST_ARRAY) },
    check: requireNoGlError,
    release: async () => {},
  };
}

/** @throws Error when OpenGL noted one since it was asked last */
export function requireNoGlError({ context }: Pick<GpuInstance, 'context'>): void {
  const code = context?.getError?.() ?? 0;
  if (code !== 0) throw new Error(`OpenGL failed: ${ERRORS[code] ?? `error ${code}`}`);
}

/** Loads the same `gl` as gpu.js does, which swallows the reason when it cannot. */
function loadGl(): CreateContext {
  try {
    return createRequire(import.meta.url)('gl') as CreateContext;
  } catch (error) {
    throw glNotBuilt(error, process.platform);
  }
}

function mappedFiles(): string {
  try {
    return readFileSync('/proc/self/maps', 'utf8');
  } catch {
    return '';
  }
}

/**
 * The driver by the library that it was loaded from: `gl` itself calls every device "ANGLE".
 *
 * @param maps lines of /proc/self/maps, empty on other systems
 */
export function openGlDriver(maps: string): string {
  const libraries = new Set(
    [...maps.matchAll(/\/(\w+_dri|libnvidia-glcore|libgallium[^/]*?)\.so/g)].map((match) => match[1]!),
  );
  if (libraries.size === 0) return 'an unnamed driver';
  const names = [...libraries].join(', ');
  return libraries.has('swrast_dri') ? `${names} (software on the processor)` : names;
}
