/** The part of WebAssembly that is used here; its types come with those of browsers, which are not wanted. */
declare namespace WebAssembly {
  /** Compiled code, which can be sent to threads. */
  interface Module {
    readonly [kind: symbol]: 'module';
  }

  class Memory {
    constructor(settings: { initial: number; maximum: number; shared: boolean });
    readonly buffer: SharedArrayBuffer;
    /** Adds pages of 64 KiB. */
    grow(pages: number): number;
  }

  function compile(bytes: Uint8Array): Promise<Module>;

  function instantiate(
    module: Module,
    imports: { env: Readonly<Record<string, Memory | ((...numbers: never[]) => number)>> },
  ): Promise<{ readonly exports: Readonly<Record<string, unknown>> }>;
}
