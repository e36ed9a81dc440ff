// f) How time grows with the number of networks, their size and the number of steps: fitted exponents.

import { fitPowerLaw } from '../../dist/sim/scaling/power-law-fit.js';

async function secondsOf(backend, dim, count, steps) {
  const length = count * dim * dim;
  const fill = () => Float64Array.from({ length }, (_, index) => 0.1 * Math.sin(index));
  const batch = {
    shape: { rows: dim, hidden: dim, cols: dim },
    count,
    first: fill(),
    second: fill(),
    target: fill(),
    rateScale: new Float64Array(count).fill(1),
  };
  const rates = new Array(steps).fill(1e-3);
  let best = Infinity;
  for (let round = 0; round < 4; round++) {
    const start = performance.now();
    await backend.descendNetworks(batch, rates);
    best = Math.min(best, (performance.now() - start) / 1000);
  }
  return best;
}

export async function growth(backend) {
  const measured = async (values, settings) => {
    const points = [];
    for (const value of values) points.push({ x: value, y: await secondsOf(backend, ...settings(value)) });
    return fitPowerLaw(points).exponent;
  };
  return {
    networks: await measured([128, 256, 512, 1024, 2048], (count) => [16, count, 200]),
    dim: await measured([16, 32, 64, 128], (dim) => [dim, 16, 400]),
    steps: await measured([500, 1000, 2000, 4000], (steps) => [16, 64, steps]),
  };
}
