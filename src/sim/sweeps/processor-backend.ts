import { type OpenBackend, openBackend } from '../backends/open-backend.js';

/**
 * Opens backends for one of several threads that each have points of their own: `simd` and `simd64` without further threads, and for
 * `auto` what runs on the processor, never a graphics card, which all threads would have to share.
 */
export const openOnThisThread: OpenBackend = async (choice, float64Reason) => {
  const inFloat64 = choice === 'simd64' || (choice === 'auto' && float64Reason !== undefined);
  if (choice !== 'simd' && choice !== 'auto' && !inFloat64) return openBackend(choice, float64Reason);
  try {
    const { SimdBackend } = await import('../backends/simd-backend.js');
    const backend = await SimdBackend.open(inFloat64 ? 'f64' : 'f32', 0);
    return { backend, reason: choice === 'auto' ? 'the fastest that runs here' : 'asked for by name' };
  } catch {
    return openBackend(choice, float64Reason);
  }
};
