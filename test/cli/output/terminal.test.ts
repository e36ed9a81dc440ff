import { describe, expect, it } from 'vitest';
import { styleFor, terminalOf } from '../../../src/cli/output/terminal.js';

const write = () => true;
const screen = { write, isTTY: true, columns: 132 };
const pipe = { write };
const utf8 = { LANG: 'en_US.UTF-8', TERM: 'xterm' };

describe('what a terminal can show', () => {
  it('has the width of its window, at least 20 cells, and 80 in a pipe', () => {
    expect(terminalOf(screen, utf8).width).toBe(132);
    expect(terminalOf({ ...screen, columns: 7 }, utf8).width).toBe(20);
    expect(terminalOf({ ...screen, columns: 0 }, utf8).width).toBe(80);
    expect(terminalOf(pipe, utf8).width).toBe(80);
  });

  it('colours a terminal as far as TERM and COLORTERM allow, and no pipe', () => {
    expect(terminalOf(screen, utf8).colour).toBe('basic');
    expect(terminalOf(screen, { ...utf8, TERM: 'xterm-256color' }).colour).toBe('indexed');
    expect(terminalOf(screen, { ...utf8, COLORTERM: 'truecolor' }).colour).toBe('full');
    expect(terminalOf(screen, { ...utf8, TERM: 'dumb' }).colour).toBe('none');
    expect(terminalOf(pipe, utf8).colour).toBe('none');
  });

  it('obeys NO_COLOR, and FORCE_COLOR before it', () => {
    expect(terminalOf(screen, { ...utf8, NO_COLOR: '1' }).colour).toBe('none');
    expect(terminalOf(screen, { ...utf8, NO_COLOR: '' }).colour).toBe('basic');
    expect(terminalOf(pipe, { ...utf8, FORCE_COLOR: '3' }).colour).toBe('full');
    expect(terminalOf(pipe, { ...utf8, FORCE_COLOR: '1', NO_COLOR: '1' }).colour).toBe('basic');
    expect(terminalOf(screen, { ...utf8, FORCE_COLOR: '0' }).colour).toBe('none');
  });

  it('shows Unicode only in a UTF-8 locale, by the precedence of POSIX', () => {
    expect(terminalOf(pipe, { LANG: 'de_DE.utf8' }).unicode).toBe(true);
    expect(terminalOf(pipe, { LANG: 'C.UTF-8', LC_ALL: 'C' }).unicode).toBe(false);
    expect(terminalOf(pipe, { LANG: 'C', LC_CTYPE: 'C.UTF-8', LC_ALL: '' }).unicode).toBe(true);
    expect(terminalOf(pipe, { LANG: 'de_DE.ISO-8859-1' }).unicode).toBe(false);
  });

  it('is live only where someone watches', () => {
    expect(terminalOf(screen, utf8).live).toBe(true);
    expect(terminalOf(pipe, utf8).live).toBe(false);
    expect(terminalOf(screen, { ...utf8, CI: 'true' }).live).toBe(false);
    expect(terminalOf(screen, { ...utf8, TERM: 'dumb' }).live).toBe(false);
  });
});

describe('colours', () => {
  it('are left out entirely at depth none', () => {
    const { series, strong, bad } = styleFor('none');
    expect(series(3, 'a') + strong('b') + bad('c')).toBe('abc');
  });

  it('differ between seven series at every depth', () => {
    for (const depth of ['basic', 'indexed', 'full'] as const) {
      const { series } = styleFor(depth);
      expect(new Set(Array.from({ length: 7 }, (_, index) => series(index, 'x'))).size).toBe(7);
      expect(series(7, 'x')).toBe(series(0, 'x'));
    }
  });
});
