import { fc, test } from '@fast-check/vitest';
import { describe, expect, it } from 'vitest';
import { cellWidth } from '../../../src/cli/output/cell-width.js';
import { durationText, progressLine, RemainingTime } from '../../../src/cli/output/progress-line.js';

const env = { LANG: 'C.UTF-8', TERM: 'xterm' };
const ERASE = '\u001b[K';

function screen(columns: number, isTTY = true) {
  const writes: string[] = [];
  return { columns, isTTY, writes, write: (text: string) => writes.push(text) };
}

describe('progress line', () => {
  it('is silent in pipes, in CI, on dumb terminals and when told to be quiet', () => {
    for (const [tty, variables, quiet] of [
      [false, env, false],
      [true, { ...env, CI: '1' }, false],
      [true, { ...env, TERM: 'dumb' }, false],
      [true, env, true],
    ] as const) {
      const stream = screen(80, tty);
      const line = progressLine(stream, variables, quiet);
      line.update(1, 2, 'half');
      line.clear();
      expect(stream.writes).toEqual([]);
    }
  });

  it('redraws in one write, seldom enough not to flicker, and clears itself', () => {
    const stream = screen(80);
    let now = 0;
    const line = progressLine(stream, env, false, () => now);
    for (; now <= 1000; now += 10) line.update(now, 1000, 'training');
    expect(stream.writes.length).toBeGreaterThan(5);
    expect(stream.writes.length).toBeLessThanOrEqual(11);
    for (const written of stream.writes) expect(written.startsWith('\r') && written.endsWith(ERASE)).toBe(true);
    line.clear();
    expect(stream.writes.at(-1)).toBe(`\r${ERASE}`);
    const before = stream.writes.length;
    line.clear();
    expect(stream.writes.length).toBe(before);
  });

  test.prop([fc.integer({ min: 20, max: 200 }), fc.double(), fc.double(), fc.string({ unit: 'binary' }), fc.boolean()])(
    'never reaches the end of the line, where it would break',
    (columns, done, total, label, unicode) => {
      const stream = screen(columns);
      const line = progressLine(stream, unicode ? env : { TERM: 'xterm' }, false);
      line.update(done, total, label);
      const shown = stream.writes.join('').replace('\r', '').replace(ERASE, '');
      expect(cellWidth(shown)).toBeLessThan(columns);
      expect(shown).not.toMatch(/\p{Cc}/u);
    },
  );
});

describe('time left', () => {
  it('is exact for steady work', () => {
    const remaining = new RemainingTime(0);
    for (let second = 1; second <= 10; second++) remaining.update(second * 5, second * 1000);
    expect(remaining.until(100)).toBeCloseTo(10_000, 6);
  });

  it('is unknown until something is done', () => {
    const remaining = new RemainingTime(0);
    remaining.update(0, 5000);
    expect(remaining.until(10)).toBeUndefined();
  });

  it('moves smoothly when the pace changes, and follows it', () => {
    const remaining = new RemainingTime(0);
    for (let second = 1; second <= 60; second++) remaining.update(second * 10, second * 1000);
    const before = remaining.until(1000)!;
    remaining.update(601, 61_000);
    expect(remaining.until(1000)!).toBeLessThan(1.5 * before);
    for (let second = 62; second <= 120; second++) remaining.update(601 + second - 61, second * 1000);
    // Twelve memories later the old pace has the weight e^-12.
    expect(remaining.until(1000)!).toBeCloseTo((1000 - 660) * 1000, -3);
  });

  it('starts afresh when the work does', () => {
    const remaining = new RemainingTime(0);
    remaining.update(50, 1000);
    remaining.update(0, 1001);
    expect(remaining.until(100)).toBeUndefined();
  });

  it('reads well', () => {
    expect(durationText(10)).toBe('1 s');
    expect(durationText(59_000)).toBe('59 s');
    expect(durationText(60_000)).toBe('1 min');
    expect(durationText(200_000)).toBe('3 min 20 s');
    expect(durationText(7_500_000)).toBe('2 h 5 min');
  });
});
