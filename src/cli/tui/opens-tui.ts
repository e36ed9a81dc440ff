import type { OutputStream } from '../output/io.js';
import { terminalOf } from '../output/terminal.js';

/** What decides whether the terminal UI opens. */
export interface Surroundings {
  readonly stdin: { readonly isTTY?: boolean };
  readonly stdout: OutputStream;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/**
 * Whether a call opens the terminal UI: without arguments, where someone watches and can type. Elsewhere, in a pipe or
 * in CI for two, the same call prints the scenarios.
 */
export function opensTui(argv: readonly string[], { stdin, stdout, env }: Surroundings): boolean {
  return argv.length === 0 && stdin.isTTY === true && terminalOf(stdout, env).live;
}
