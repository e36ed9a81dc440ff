/** The part of gpu.js that we use, typed for what it does: results of a pipeline are promises of arrays or of records of arrays. */
export interface GpuInstance {
  createKernel(
    source: (this: never, ...parameters: never[]) => number,
    settings: { constants: Record<string, number>; output: number[] },
  ): Kernel;
  createPipeline(plan: (...handles: Handle[]) => PlanResult, settings?: { threads?: boolean }): Pipeline;
  destroy(): Promise<void>;
}

/** A compiled kernel; inside a pipeline it takes and returns handles. */
export type Kernel = (...parameters: (Handle | number)[]) => Handle;

/** An array that lives on the device. */
export type Handle = { readonly handle: unique symbol };

/** What a plan returns: results come in the same form. */
export type PlanResult = Handle | readonly Handle[] | Readonly<Record<string, Handle>>;

export interface Pipeline {
  (...parameters: GpuInput[]): Promise<unknown>;
  readonly backend: string | null;
  readonly executorKind: string;
  readonly fallbackReason: string | null;
  /** The kernels that ran one by one, where the plan did not run as a whole. */
  readonly plan: {
    readonly genericClones: ReadonlyMap<
      string,
      { readonly kernel: { readonly constructor: { readonly mode: string } } }
    >;
  } | null;
  destroy(): Promise<void>;
}

/** A flat array with the shape under which kernels read it. */
export type GpuInput = { readonly input: unique symbol } | Float32Array;

/** Result arrays as gpu.js returns them: nested by dimension, innermost Float32Array. */
export type NestedArray = Float32Array | readonly NestedArray[];

interface GpuModule {
  GPU: new (settings: { mode: string }) => GpuInstance;
  input: (values: Float32Array, size: number[]) => GpuInput;
}

/** Loads gpu.js, once and only when a kernel is about to run: importing it costs more than a whole closed-form run. */
export async function loadGpuModule(): Promise<GpuModule> {
  const { default: module }: { default: unknown } = await import('gpu.js');
  return module as GpuModule;
}

/** Copies a nested result into a flat float64 array, in row-major order. */
export function flatten(nested: NestedArray, length: number): Float64Array {
  const flat = new Float64Array(length);
  let at = 0;
  const copy = (part: NestedArray): void => {
    if (part instanceof Float32Array) {
      flat.set(part, at);
      at += part.length;
    } else {
      for (const inner of part) copy(inner);
    }
  };
  copy(nested);
  if (at !== length) throw new Error(`a kernel returned ${at} numbers instead of ${length}`);
  return flat;
}
