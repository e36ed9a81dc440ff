// f) How time grows with the number of networks, their size and the number of steps: fitted exponents.

/** Slope of a straight line through logarithms. */
function exponent(points) {
  const logs = points.map(([x, y]) => [Math.log(x), Math.log(y)]);
  const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const [meanX, meanY] = [mean(logs.map(([x]) => x)), mean(logs.map(([, y]) => y))];
  const products = logs.map(([x, y]) => [(x - meanX) * (y - meanY), (x - meanX) ** 2]);
  return products.reduce((sum, [xy]) => sum + xy, 0) / products.reduce((sum, [, xx]) => sum + xx, 0);
}

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
    for (const value of values) points.push([value, await secondsOf(backend, ...settings(value))]);
    return exponent(points);
  };
  return {
    networks: await measured([128, 256, 512, 1024, 2048], (count) => [16, count, 200]),
    dim: await measured([16, 32, 64, 128], (dim) => [dim, 16, 400]),
    steps: await measured([500, 1000, 2000, 4000], (steps) => [16, 64, steps]),
  };
}
