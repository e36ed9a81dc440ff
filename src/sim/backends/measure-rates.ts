import type { Backend, NetworkBatch } from './backend.js';
import { type DescentRates, descentWork } from './gpu-js/gpu-threshold.js';

/** Enough entries, 2^18, for every core of all but the largest cards. */
const ENSEMBLE = squareNetworks(64, 64);

/** So little arithmetic that what takes time is to start each kernel. */
const SPECK = squareNetworks(2, 1);

/** Seconds that one timed run on a card may take. */
const MOST_SECONDS = 0.1;

/** Steps of a short and of a long run on a card; both are sizes that get compiled. */
const [SHORT, LONG] = [8, 128];

/** Steps on the processor: 3 · 10⁹ operations, a tenth of a second on two busy cores. */
const SIMD_STEPS = 32;

/**
 * Measures descent on a card beside `simd`, in a third of a second or less; a run before each makes threads and compiled
 * kernels. What is uncertain counts against the card: its passes include what a call costs, and a slow one is timed by
 * a short run with its transfers.
 */
export async function measureRates(card: Backend, simd: Backend): Promise<DescentRates> {
  const pass = (await secondsOf(card, SPECK, LONG)) / descentWork(SPECK.shape, 1, LONG).passes;
  const short = await secondsOf(card, ENSEMBLE, SHORT);
  const slow = short * (LONG / SHORT) > MOST_SECONDS;
  const long = slow ? undefined : await secondsOf(card, ENSEMBLE, LONG);
  // The difference leaves only steps, without the way to the card and back, unless the clock or other work spoilt it.
  const steps = long !== undefined && long > short ? LONG - SHORT : SHORT;
  const seconds = long !== undefined && long > short ? long - short : short;
  return {
    card: rounded(flopsOf(steps) / seconds),
    simd: rounded(flopsOf(SIMD_STEPS) / (await secondsOf(simd, ENSEMBLE, SIMD_STEPS))),
    pass: rounded(pass),
  };
}

function flopsOf(steps: number): number {
  return descentWork(ENSEMBLE.shape, ENSEMBLE.count, steps).flops;
}

/** Two digits are what such a measurement is worth. */
function rounded(value: number): number {
  return Number(value.toPrecision(2));
}

async function secondsOf(backend: Backend, batch: NetworkBatch, steps: number): Promise<number> {
  const rates = new Array<number>(steps).fill(1e-3);
  await backend.descendNetworks(batch, rates);
  const start = performance.now();
  await backend.descendNetworks(batch, rates);
  return (performance.now() - start) / 1000;
}

function squareNetworks(dim: number, count: number): NetworkBatch {
  // Cards take less power, and so less time, for zeros than for numbers of many digits.
  const values = (seed: number) =>
    Float64Array.from({ length: count * dim * dim }, (_, index) => Math.sin(seed + index) / dim);
  return {
    shape: { rows: dim, hidden: dim, cols: dim },
    count,
    first: values(1),
    second: values(2),
    target: values(3),
    rateScale: new Float64Array(count).fill(1),
  };
}
