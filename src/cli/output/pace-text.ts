import type { WorkMeter } from '../../sim/scenario/scenario.js';
import { readableNumber } from './number-text.js';

/** Throughput of a run in network steps per second, for the end of a line; empty where no step has been made. */
export function paceText({ networkSteps }: WorkMeter, milliseconds: number): string {
  if (networkSteps === 0 || !(milliseconds > 0)) return '';
  return `, ${readableNumber((1000 * networkSteps) / milliseconds, 3)} network-steps/s`;
}
