import { paragraph } from './paragraph.js';
import type { Terminal } from './terminal.js';

/**
 * What follows the options in a help: paragraphs broken to the terminal's width, and examples left whole so that they can
 * be copied.
 */
export function helpNotes(
  terminal: Terminal,
  paragraphs: readonly string[],
  examples: readonly string[],
): string {
  const lines = paragraphs.flatMap((text) => ['', ...paragraph(text, terminal)]);
  return [...lines, '', 'Examples:', ...examples.map((example) => `  ${example}`)].join('\n');
}
