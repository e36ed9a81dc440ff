import { availableParallelism } from 'node:os';
import { InvalidInputError } from '../../theory/invalid-input.js';
import type { Backend } from './backend.js';
import type { BackendChoice, BackendName } from './backend-name.js';
import type { CardSource } from './card-rates.js';
import type { DeviceChoice } from './gpu-js/gpu-js-device.js';
import { anyCardCouldPay, cardPays, thresholdOf, type Work } from './gpu-js/gpu-threshold.js';
import { MissingDevice } from './gpu-js/webgpu-device.js';

/** A backend that is open, and why it is this one. */
export interface OpenedBackend {
  readonly backend: Backend;
  readonly reason: string;
}

/** Opens the backend of a run; see {@link openBackend}. */
export type OpenBackend = (
  choice: BackendChoice,
  float64Reason?: string,
  work?: Work,
) => Promise<OpenedBackend>;

/** Backends that `auto` tries in turn where float32 serves, the fastest first. */
const FASTEST_FIRST: readonly BackendName[] = ['simd', 'webasm', 'cpu', 'reference'];

/** Backends that `auto` tries in turn where a problem needs float64. */
const FASTEST_IN_FLOAT64: readonly BackendName[] = ['simd64', 'reference'];

/** The graphics card of this machine; one that is simulated on the processor is none. */
export const cardHere: CardSource = { open: () => create('webgpu', { software: false }), env: process.env };

/**
 * Opens the backend that was asked for.
 *
 * @param choice a name, or `auto` for the fastest one that runs here
 * @param float64Reason for `auto`: why this problem needs float64, if it does
 * @param work for `auto`: what the study will ask, so that a graphics card is taken where it pays
 * @param cards for `auto`: where to look for a graphics card
 * @throws InvalidInputError when a named backend cannot run here
 */
export async function openBackend(
  choice: BackendChoice,
  float64Reason?: string,
  work?: Work,
  cards: CardSource = cardHere,
): Promise<OpenedBackend> {
  if (choice !== 'auto') return { backend: await openNamed(choice), reason: 'asked for by name' };
  if (float64Reason !== undefined) return openFirst(FASTEST_IN_FLOAT64, float64Reason, []);
  const failures: string[] = [];
  if (work !== undefined && anyCardCouldPay(work, availableParallelism())) {
    const taken = await openCardIfItPays(work, cards);
    if (typeof taken !== 'string') return taken;
    failures.push(taken);
  }
  return openFirst(FASTEST_FIRST, 'the fastest that runs here', failures);
}

/** The first that runs, with what kept those before from it. */
async function openFirst(
  names: readonly BackendName[],
  reason: string,
  failuresBefore: readonly string[],
): Promise<OpenedBackend> {
  const failures = [...failuresBefore];
  for (const name of names) {
    try {
      return { backend: await create(name), reason: [reason, ...failures].join('; ') };
    } catch (error) {
      failures.push(`${name} does not run: ${messageOf(error)}`);
    }
  }
  throw new Error(failures.join('; '));
}

/** The name of the fastest backend here that computes in float64. */
export async function fastestInFloat64(): Promise<BackendName> {
  const { backend } = await openFirst(FASTEST_IN_FLOAT64, '', []);
  await backend.dispose();
  return backend.name as BackendName;
}

/** The card, or in words why it is not taken. */
async function openCardIfItPays(work: Work, cards: CardSource): Promise<OpenedBackend | string> {
  let card: Backend | undefined;
  try {
    card = await cards.open();
    const { ratesOf } = await import('./card-rates.js');
    const rates = await ratesOf(card, cards);
    if (cardPays(work, thresholdOf(rates))) {
      return { backend: card, reason: `so much work that a graphics card pays (${rates.words})` };
    }
    await card.dispose();
    return `webgpu would not pay (${rates.words})`;
  } catch (error) {
    await card?.dispose();
    return `webgpu does not run: ${messageOf(error)}`;
  }
}

async function openNamed(name: BackendName): Promise<Backend> {
  try {
    return await create(name);
  } catch (error) {
    const others = FASTEST_FIRST.filter((other) => other !== name).join(', ');
    const remedy = error instanceof MissingDevice ? `; ${error.remedy}` : '';
    const allowed = `one that runs here, such as ${others} (${messageOf(error)}${remedy})`;
    throw new InvalidInputError('--backend', name, allowed);
  }
}

/**
 * Creates a backend, or says by an error why it cannot run here.
 *
 * @param devices that are acceptable; any, if not given
 * @throws Error when it cannot
 */
export async function create(name: BackendName, devices?: DeviceChoice): Promise<Backend> {
  if (name === 'reference') {
    const { ReferenceBackend } = await import('./reference-backend.js');
    return new ReferenceBackend();
  }
  if (name === 'simd') {
    const { SimdBackend } = await import('./simd-backend.js');
    return SimdBackend.open('f32');
  }
  if (name === 'simd64') {
    const { SimdBackend } = await import('./simd-backend.js');
    return SimdBackend.open('f64');
  }
  if (name === 'blas') {
    const { SimdBackend } = await import('./simd-backend.js');
    return SimdBackend.open('f32', undefined, 'blas');
  }
  const { GpuJsBackend } = await import('./gpu-js/gpu-js-backend.js');
  return GpuJsBackend.open(name, devices);
}

/** The first line of whatever was thrown. */
export function messageOf(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split('\n', 1)[0]!;
}
