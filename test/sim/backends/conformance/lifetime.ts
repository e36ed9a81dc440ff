import { once } from 'node:events';
import type { Worker } from 'node:worker_threads';
import { describe, expect, test } from 'vitest';
import type { BackendName } from '../../../../src/sim/backends/backend-list.js';
import { openBackend } from '../../../../src/sim/backends/open-backend.js';
import { modeBatch, networkBatch } from '../../../support/network-cases.js';

/** The part of the conformance suite about opening, naming and disposing. */
export function lifetimeConformance(name: BackendName): void {
  describe('lifetime', () => {
    test('says what it is', async () => {
      const { backend, reason } = await openBackend(name);
      expect(backend.name).toBe(name);
      expect(['f32', 'f64']).toContain(backend.precision);
      expect(backend.device).not.toBe('');
      expect(reason).toBe('asked for by name');
      await backend.dispose();
    });

    test('frees its threads, can be disposed of twice, and leaves another of its kind alone', async () => {
      const { backend: other } = await openBackend(name);
      const exits: Promise<unknown>[] = [];
      const watch = (thread: Worker) => exits.push(once(thread, 'exit'));
      process.on('worker', watch);
      const { backend: one } = await openBackend(name);
      const batch = modeBatch(1, 2, 71);
      const expected = await other.descendModes(batch, [0.1]);
      // 80 × 64 cells: enough for a backend with threads to start them.
      await one.descendNetworks(networkBatch({ rows: 8, hidden: 8, cols: 8 }, 80, 72), [0.1]);
      process.off('worker', watch);
      await one.dispose();
      await one.dispose();
      // A thread that lives on keeps this waiting until the test times out.
      await Promise.all(exits);
      expect(await other.descendModes(batch, [0.1])).toEqual(expected);
      await other.dispose();
    });
  });
}
