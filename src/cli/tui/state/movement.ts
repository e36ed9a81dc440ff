import type { Command } from './bindings.js';

/** Entries that a page key passes. */
const PAGE = 8;

/** By how many entries a command moves in a list; undefined for commands that do not move. */
export function movementOf(command: Command | undefined): number | undefined {
  switch (command) {
    case 'up':
      return -1;
    case 'down':
      return 1;
    case 'page-up':
      return -PAGE;
    case 'page-down':
      return PAGE;
    case 'first':
      return Number.NEGATIVE_INFINITY;
    case 'last':
      return Number.POSITIVE_INFINITY;
    default:
      return undefined;
  }
}
