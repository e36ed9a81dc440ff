// Counts what a piece of work asks of the device, by listening at Dawn's own classes.
import { globals } from 'webgpu';

const COUNTED = {
  launches: [globals.GPUComputePassEncoder, 'dispatchWorkgroups'],
  submissions: [globals.GPUQueue, 'submit'],
  readbacks: [globals.GPUBuffer, 'mapAsync'],
};

/** Runs work, and returns how many kernels it launched, how often it submitted, and how often it read back. */
export async function countedCalls(work) {
  const counts = {};
  const originals = Object.entries(COUNTED).map(([name, [{ prototype }, method]]) => {
    const original = prototype[method];
    counts[name] = 0;
    prototype[method] = function (...parameters) {
      counts[name]++;
      return original.apply(this, parameters);
    };
    return () => {
      prototype[method] = original;
    };
  });
  try {
    await work();
  } finally {
    for (const restore of originals) restore();
  }
  return counts;
}
