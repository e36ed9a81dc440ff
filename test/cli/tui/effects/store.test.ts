import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Effect } from '../../../../src/cli/tui/state/app-state.js';
import { Store } from '../../../../src/cli/tui/state/reduce.js';
import { key, opened, someRows } from '../support.js';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test('changes are told at once, and nothing is told where nothing changes', () => {
  const store = new Store(opened(), () => {});
  let told = 0;
  const forget = store.subscribe(() => told++);
  store.dispatch({ kind: 'key', key: key('j') });
  expect(told).toBe(1);
  store.dispatch({ kind: 'run-events', run: 99, events: someRows });
  expect(told).toBe(1);
  forget();
  store.dispatch({ kind: 'key', key: key('k') });
  expect(told).toBe(1);
});

test('a step of a parameter is told with what it does to the curve, or a moment later without', () => {
  const effects: Effect[] = [];
  const store = new Store(opened(), (effect) => effects.push(effect));
  store.dispatch({ kind: 'key', key: key('enter') });
  vi.advanceTimersByTime(60);
  let told = 0;
  store.subscribe(() => told++);
  store.dispatch({ kind: 'key', key: key('right') });
  expect(told).toBe(0);
  store.dispatch({ kind: 'run-events', run: 2, events: someRows });
  expect(told).toBe(1);
  store.dispatch({ kind: 'key', key: key('right') });
  vi.advanceTimersByTime(60);
  expect(told).toBe(2);
  expect(effects.at(-1)?.kind).toBe('start-run');
});
