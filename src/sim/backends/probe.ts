import { requireKnownStep } from './backend.js';
import { type BackendName, type BackendRecord, backendRecords } from './backend-list.js';
import type { CardSource } from './card-rates.js';
import { type DescentRates, type Threshold, thresholdOf } from './gpu-js/gpu-threshold.js';
import { MissingDevice } from './gpu-js/webgpu-device.js';
import { cardHere, messageOf } from './open-backend.js';

/** Whether a backend runs on this machine. */
export interface BackendReport {
  readonly name: BackendName;
  readonly available: boolean;
  readonly device: string | null;
  readonly precision: 'f32' | 'f64' | null;
  /** What happened when it was tried. */
  readonly detail: string;
  /** What to do when it is not available. */
  readonly remedy: string | null;
}

/** From how much work on `auto` takes the graphics card of this machine. */
export interface CardReport {
  readonly device: string;
  /** Null where measuring failed. */
  readonly rates: DescentRates | null;
  /** Not finite where the card never pays; null where measuring failed. */
  readonly threshold: Threshold | null;
  /** File that keeps the rates; null where they cannot be kept. */
  readonly file: string | null;
  /** What was measured, or why nothing was. */
  readonly detail: string;
}

/** Looks for a card and, where that was not done before, measures it; null where there is none that runs. */
export async function probeCard(cards: CardSource = cardHere): Promise<CardReport | null> {
  const card = await cards.open().catch(() => undefined);
  if (card === undefined) return null;
  try {
    const { ratesOf } = await import('./card-rates.js');
    const { file, words, ...rates } = await ratesOf(card, cards);
    return { device: card.device, rates, threshold: thresholdOf(rates), file, detail: words };
  } catch (error) {
    return { device: card.device, rates: null, threshold: null, file: null, detail: messageOf(error) };
  } finally {
    await card.dispose();
  }
}

/** Tries every backend with a step whose result is known, one after the other. */
export async function probeBackends(): Promise<BackendReport[]> {
  const reports: BackendReport[] = [];
  for (const record of backendRecords) reports.push(await probe(record.name, record));
  return reports;
}

async function probe(name: BackendName, record: BackendRecord): Promise<BackendReport> {
  try {
    const backend = await record.open({});
    await requireKnownStep(backend).finally(() => backend.dispose());
    const { device, precision } = backend;
    return { name, available: true, device, precision, detail: 'runs', remedy: null };
  } catch (error) {
    const remedy = error instanceof MissingDevice ? error.remedy : record.remedy;
    return { name, available: false, device: null, precision: null, detail: messageOf(error), remedy };
  }
}
