import { availableParallelism } from 'node:os';
import { InvalidInputError } from '../../theory/invalid-input.js';
import type { Backend } from './backend.js';
import {
  type BackendChoice,
  type BackendName,
  type BackendRecord,
  backendRecord,
  backendRecords,
  type OpenOptions,
} from './backend-list.js';
import type { CardSource } from './card-rates.js';
import { anyCardCouldPay, cardPays, float32SavesTime, thresholdOf, type Work } from './gpu-js/gpu-threshold.js';
import { MissingDevice } from './gpu-js/webgpu-device.js';

export interface OpenedBackend {
  readonly backend: Backend;
  readonly reason: string;
}

export interface BackendNeed {
  /** Why float32 would not do; absent where it does. */
  readonly float64Reason?: string | undefined;
  /** Floating-point operations of the whole run; absent where no more than `work` is known beforehand. */
  readonly operations?: number | undefined;
  /** What will be asked of it, so that a graphics card is taken where it pays; absent where a card is not worth a thought. */
  readonly work?: Work | undefined;
}

const LITTLE_WORK = 'float64, since float32 is not expected to save noticeable time';

/** Opens the backend of a run; see {@link openBackend}. */
export type OpenBackend = (choice: BackendChoice, need: BackendNeed) => Promise<OpenedBackend>;

/** The graphics card of this machine; one that is simulated on the processor is none. */
export const cardHere: CardSource = {
  open: () => create('webgpu', { devices: { software: false } }),
  env: process.env,
};

/**
 * Opens the backend that was asked for.
 *
 * @param choice a name, or `auto` for float64 on our own kernels and, where float32 saves time, for the fastest one that runs here
 * @param need for `auto`: what the run needs of it
 * @param options how it is opened; with `threads: 0`, for one of several threads, never a graphics card by itself
 * @param cards for `auto`: where to look for a graphics card
 * @throws InvalidInputError when a named backend cannot run here
 */
export async function openBackend(
  choice: BackendChoice,
  { float64Reason, operations, work }: BackendNeed = {},
  options: OpenOptions = {},
  cards: CardSource = cardHere,
): Promise<OpenedBackend> {
  if (choice !== 'auto') return { backend: await openNamed(choice, options), reason: 'asked for by name' };
  const isFast = float64Reason === undefined && float32SavesTime(operations ?? work?.flops);
  const allowed = backendRecords.filter(
    ({ isPortable, precision }) => isPortable && (float64Reason === undefined || precision === 'f64'),
  );
  const first = allowed.find(({ precision }) => isFast || precision === 'f64');
  const automatic = [...new Set([...(first ? [first] : []), ...allowed])];
  const failures: string[] = [];
  const isAlone = options.threads !== 0;
  if (isAlone && isFast && work && anyCardCouldPay(work, availableParallelism())) {
    const taken = await openCardIfItPays(work, cards);
    if (typeof taken !== 'string') return taken;
    failures.push(taken);
  }
  const reason = float64Reason ?? (isFast ? 'the fastest that runs here' : LITTLE_WORK);
  for (const { name, open } of automatic) {
    try {
      return { backend: await open(options), reason: [reason, ...failures].join('; ') };
    } catch (error) {
      failures.push(`${name} does not run: ${messageOf(error)}`);
    }
  }
  throw new Error(failures.join('; '));
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

async function openNamed(name: BackendName, options: OpenOptions): Promise<Backend> {
  try {
    return await create(name, options);
  } catch (error) {
    const others = backendRecords.filter((other) => other.isPortable && other.name !== name);
    const remedy = error instanceof MissingDevice ? `; ${error.remedy}` : '';
    const allowed = `one that runs here, such as ${others.map((other) => other.name).join(', ')} (${messageOf(error)}${remedy})`;
    throw new InvalidInputError('--backend', name, allowed);
  }
}

/** Opens a backend by its name, or says by an error why it cannot run here. @throws Error when it cannot */
export async function create(name: BackendName, options: OpenOptions = {}): Promise<Backend> {
  const record: BackendRecord = backendRecord(name)!;
  return record.open(options);
}

/** The first line of whatever was thrown. */
export function messageOf(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split('\n', 1)[0]!;
}
