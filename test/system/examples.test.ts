import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));

test('the example states a wrong theorem and refutes it in one dimension', () => {
  const printed = execFileSync(process.execPath, ['examples/wrong-theorem.mjs'], {
    cwd: root,
    encoding: 'utf8',
  });
  expect(printed).toContain('Wrong is refuted: Along gradient flow from any start');
  expect(printed).toMatch(/spectrum: [\d.]+ · scale/);
  expect(printed).toMatch(/replay with seed 1 and path \d+(:\d+)*/);
});
