import { type OpenBackend, openBackend } from '../backends/open-backend.js';

/**
 * Opens backends for one of several threads that each have points of their own: `simd` without further threads, and for `auto` what
 * runs on the processor, never a graphics card, which all threads would have to share.
 */
export const openOnThisThread: OpenBackend = async (choice, float64Reason) => {
  if (choice !== 'simd' && (choice !== 'auto' || float64Reason !== undefined))
    return openBackend(choice, float64Reason);
  try {
    const { SimdBackend } = await import('../backends/simd-backend.js');
    return { backend: await SimdBackend.open('f32', 0), reason: 'the fastest that runs here' };
  } catch {
    return openBackend(choice, float64Reason);
  }
};
