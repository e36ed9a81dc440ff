import xterm from '@xterm/headless';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { FrameStream, screenUpdate } from '../../../../src/cli/tui/screen/frame-stream.js';
import { samples } from '../../../support/sample-size.js';

const line = fc.oneof(
  fc.constant(''),
  fc.constant(' '),
  fc.string({ unit: fc.constantFrom(...'ab⣀╳ '), maxLength: 12 }),
  fc.constant('\u001b[31mred\u001b[0m'),
);
const frame = fc.array(line, { minLength: 1, maxLength: 6 });

/** One for all, since it takes longer to make a terminal than to fill it. */
const terminal = new xterm.Terminal({ cols: 12, rows: 6, scrollback: 0, allowProposedApi: true });

async function shownAfter(frames: readonly (readonly string[])[]): Promise<string[]> {
  terminal.reset();
  await new Promise<void>((resolve) => terminal.write('left over from before\r\nby someone else', resolve));
  let before: readonly string[] | undefined;
  for (const after of frames) {
    await new Promise<void>((resolve) => terminal.write(screenUpdate(before, after), resolve));
    before = after;
  }
  return Array.from({ length: 6 }, (_, row) => terminal.buffer.active.getLine(row)!.translateToString(true));
}

test('after any frames a terminal shows the last one and nothing else', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(frame, { minLength: 1, maxLength: 4 }), async (frames) => {
      const last = frames.at(-1)!.map((text) => text.replace('\u001b[31m', '').replace('\u001b[0m', '').trimEnd());
      const shown = (await shownAfter(frames)).map((text) => text.trimEnd());
      expect(shown).toEqual([...last, ...Array.from({ length: 6 - last.length }, () => '')]);
    }),
    { numRuns: samples(34) },
  );
});

test('what has not changed is not written again', () => {
  expect(screenUpdate(['a', 'b'], ['a', 'b'])).toBe('');
  expect(screenUpdate(['a', 'b'], ['a', 'c'])).not.toContain('a');
});

test('a change of size makes everything be written anew', () => {
  const written: string[] = [];
  const stream = new FrameStream({ columns: 20, rows: 5, write: (text) => written.push(text) });
  stream.write('one\ntwo\n');
  stream.write('one\ntwo\n');
  expect(written.length).toBe(1);
  stream.resized();
  stream.write('one\ntwo\n');
  expect(written[1]).toContain('\u001b[2J');
  expect(written[1]).toContain('one');
});

test('a frame is never taller than the screen, and what Ink does to the cursor is left out', () => {
  const written: string[] = [];
  const stream = new FrameStream({ columns: 20, rows: 2, write: (text) => written.push(text) });
  stream.write('\u001b[?25l');
  stream.write('1\n2\n3\n4');
  expect(written.join('')).not.toContain('\u001b[3;1H');
  expect(written.join('')).not.toContain('[?25l');
});
