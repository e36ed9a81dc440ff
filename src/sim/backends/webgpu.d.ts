/// <reference types="@webgpu/types" />

/** The part of the package that we use, which need not be installed: Dawn, Chrome's WebGPU. */
declare module 'webgpu' {
  /** Starts Dawn, which ends when the object is collected. */
  export function create(options: readonly string[]): GPU;
}
