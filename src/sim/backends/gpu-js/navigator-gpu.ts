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
