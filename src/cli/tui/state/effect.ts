import type { RunOrder } from '../worker/run-order.js';
import type { Run } from './run.js';

/** Something to be done in the world, as plain data: the reducer only says it. */
export type Effect =
  | { readonly kind: 'start-run'; readonly order: RunOrder }
  | { readonly kind: 'cancel-run'; readonly run: number }
  | { readonly kind: 'start-attack'; readonly claim: string }
  | { readonly kind: 'cancel-attack' }
  | { readonly kind: 'read-sweep'; readonly folder: string }
  | { readonly kind: 'suggest-folder'; readonly scenario: string }
  | { readonly kind: 'save'; readonly run: Run; readonly folder: string }
  | { readonly kind: 'quit'; readonly exitCode: number };
