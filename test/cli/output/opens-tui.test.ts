import { expect, test } from 'vitest';
import { opensTui } from '../../../src/cli/output/terminal.js';

const stdout = { write: () => {}, isTTY: true, columns: 80 };
const stdin = { isTTY: true };
const env = { TERM: 'xterm-256color' };

test('a call without arguments on a terminal opens the terminal UI', () => {
  expect(opensTui([], { stdin, stdout, env })).toBe(true);
});

test.each([
  ['arguments', ['list'], { stdin, stdout, env }],
  ['a pipe behind', [], { stdin, stdout: { write: () => {} }, env }],
  ['a pipe before', [], { stdin: {}, stdout, env }],
  ['a terminal that cannot redraw', [], { stdin, stdout, env: { TERM: 'dumb' } }],
  ['continuous integration', [], { stdin, stdout, env: { ...env, CI: 'true' } }],
] as const)('with %s it does not', (_, argv, surroundings) => {
  expect(opensTui(argv, surroundings)).toBe(false);
});
