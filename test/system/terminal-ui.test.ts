import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, describe, expect, test } from 'vitest';
import { some } from '../support/sample-size.js';
import { keys, TerminalSession } from '../support/terminal-session.mjs';

const program = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'overtrain-terminal-'));
const sessions: TerminalSession[] = [];

function open(columns: number, rows: number, env: Record<string, string> = {}): TerminalSession {
  const session = new TerminalSession([process.execPath, program], { columns, rows, cwd: folder, env });
  sessions.push(session);
  return session;
}

afterEach(async () => {
  for (const session of sessions.splice(0)) {
    if (session.exitCode === null) session.kill('SIGKILL');
    // One that still wrote would bring a folder back that is being removed.
    await session.end();
  }
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const SWEEP = `
scenario: gaussian
params: {times: "log:0.1:30:8"}
engine: exact
axes: [{parameter: dim, list: [2, 4]}, {parameter: tau, list: [1, 2, 3]}]
`;

/** What must hold of a terminal that a program has left. */
async function expectRestored(session: TerminalSession): Promise<void> {
  expect(session.isOnAlternateScreen()).toBe(false);
  expect(session.screen().trim()).toBe('');
  const shownLast = session.written.lastIndexOf('\u001b[?25h');
  expect(shownLast).toBeGreaterThan(session.written.lastIndexOf('\u001b[?25l'));
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: escape sequences begin with one
const COLOUR = /\u001b\[(?:\d+;)*(?:3[0-8]|9[0-7])(?:;\d+)*m/;

/** Every size and every kind of terminal is among the first, third and fifth, which are tried unless OVERTRAIN_TEST_SCALE is above 1. */
const TERMINALS: readonly (readonly [number, number, Readonly<Record<string, string>>])[] = [
  [80, 24, {}],
  [80, 24, { NO_COLOR: '1' }],
  [60, 20, { NO_COLOR: '1', LC_ALL: 'C' }],
  [60, 20, {}],
  [200, 60, { NO_COLOR: '1' }],
  [200, 60, {}],
];

describe.each(some(TERMINALS, 3))('a walk through the interface at %i x %i with %o', (columns, rows, env) => {
  test('opens, changes gammas, runs, cancels, runs, proves, saves, quits', async () => {
    const session = open(columns, rows, env);
    await session.until('finetune-tuned');
    expect(session.isOnAlternateScreen()).toBe(true);
    session.type(keys.enter);
    await session.until('preview by exact');
    await walkTo(session, 'gammas');
    const before = session.screen();
    session.type(keys.right);
    await session.until((screen) => screen.includes('0.032,0.055,0.075,0.1') && screen.includes('preview by exact'));
    expect(session.screen()).not.toBe(before);

    // Long enough to be cancelled before it ends.
    await walkTo(session, 'replicates');
    session.type('60000');
    session.type(keys.enter);
    await session.until('60000 (set)');
    session.type('r');
    await session.until((screen) => /\d+%.* network-steps\/s, modes on \w+/.test(screen));
    session.type(keys.escape);
    await session.until('cancelled');
    session.type('u');
    await session.until((screen) => !screen.includes('60000 (set)') && screen.includes('preview by exact'));
    session.type('r');
    await session.until((screen) => /computed by modes on \w+ \(f64\), seed 1, \d+/.test(screen), 'the run ends');

    session.type(keys.tab);
    session.type(keys.enter);
    await session.until((screen) => /T0 (—|--) Modes decouple/.test(screen) && screen.includes('Statement.'));
    session.type(keys.escape);
    session.type('x');
    await session.until('What the chart shows');
    await session.until((screen) => /n\* = \d+ learned modes?/.test(screen.replace(/\s+/g, ' ')));
    session.type(keys.escape);
    session.type('s');
    await session.until('results/gaussian');
    const name = session
      .lines()
      .join('\n')
      .match(/results\/gaussian(-\d+)?/)![0];
    session.type(keys.enter);
    await session.until(`saved in ${name}`);
    expect(existsSync(join(folder, name, 'run.json'))).toBe(true);
    expect(existsSync(join(folder, name, 'curve.csv'))).toBe(true);
    expect(session.lines().at(-1)).toBe('');

    session.type('q');
    expect(await session.end()).toBe(0);
    await expectRestored(session);
    expect(COLOUR.test(session.written)).toBe(!('NO_COLOR' in env));
    // biome-ignore lint/suspicious/noControlCharactersInRegex: what a terminal is sent besides ASCII
    if ('LC_ALL' in env) expect(session.written).toMatch(/^[\u0000-\u007f]*$/);
  });
});

/** Moves down the list of parameters to one. */
async function walkTo(session: TerminalSession, name: string): Promise<void> {
  const chosen = (screen: string) => /^[❯>] +(\S+)/m.exec(screen)?.[1];
  for (let steps = 0; steps < 30; steps++) {
    const before = chosen(session.screen());
    if (before === name) return;
    session.type('j');
    await session.until((screen) => chosen(screen) !== before);
  }
  throw new Error(`no parameter ${name} in\n${session.screen()}`);
}

test('the command that y shows gives the numbers that s saved', async () => {
  const session = open(120, 30);
  await session.until('gaussian');
  session.type(keys.enter);
  await session.until('preview by exact');
  session.type('12');
  session.type(keys.enter);
  await session.until('12 (set)');
  session.type('r');
  await session.until('computed by modes');
  session.type('y');
  await session.until('npx overtrain run');
  const lines = session.lines().slice(2);
  const command = lines.slice(0, lines.indexOf('')).join('').replace('npx ', '');
  session.type(keys.escape);
  session.type('s');
  await session.until('results/');
  session.type('\u0015');
  session.type('results/kept');
  session.type(keys.enter);
  await session.until('saved in results/kept');
  session.type('q');
  expect(await session.end()).toBe(0);
  const saved = JSON.parse(readFileSync(join(folder, 'results/kept/run.json'), 'utf8'));
  expect(saved.command).toBe(command);
  const again = execFileSync(process.execPath, [program, ...command.split(' ').slice(1), '--json'], {
    encoding: 'utf8',
    maxBuffer: 2 ** 26,
  });
  const reopened = open(120, 30);
  await reopened.until('(results/');
  reopened.type(`G${keys.enter}`);
  await reopened.until((screen) => /computed by modes on \w+ \(f64\), seed 1, \d+/.test(screen));
  reopened.type('q');
  expect(await reopened.end()).toBe(0);
  const { tables, checks, compute } = JSON.parse(again);
  expect(tables).toEqual(saved.tables);
  expect(checks).toEqual(saved.checks);
  expect(compute.backend).toBe(saved.compute.backend);
});

test.each(['SIGTERM', 'SIGINT', 'SIGHUP'])('the screen is given back on %s', async (signal) => {
  const session = open(80, 24);
  await session.until('gaussian');
  session.type(keys.enter);
  await session.until('preview by exact');
  session.kill(signal);
  expect(await session.end()).toBe(130);
  await expectRestored(session);
});

test('the screen is given back on ctrl-c, whatever is being computed', async () => {
  const session = open(80, 24);
  await session.until('gaussian');
  // Large enough to be going on for as long as the test looks at it.
  session.type(`${keys.enter}128${keys.enter}r`);
  await session.until((screen) => /\d+% .*\w+\/s|running on/.test(screen));
  session.type('q');
  await session.until('Quit?');
  session.type('n');
  await session.until((screen) => /\d+% .*\w+\/s|running on/.test(screen));
  session.type(keys.interrupt);
  expect(await session.end()).toBe(130);
  await expectRestored(session);
});

test('the screen is given back on a crash, and then says what happened', async () => {
  const preload = `data:text/javascript,setTimeout(()=>{throw new Error("made up")},1500)`;
  const session = new TerminalSession([process.execPath, '--import', preload, program], { cwd: folder });
  sessions.push(session);
  await session.until('gaussian');
  expect(await session.end()).toBe(70);
  expect(session.isOnAlternateScreen()).toBe(false);
  expect(session.screen()).toContain('internal error: Error: made up');
});

test('nothing is lost on a change of size, and a window that is too small says so', async () => {
  const session = open(120, 40);
  await session.until('gaussian');
  session.type(keys.enter);
  await session.until('preview by exact');
  for (const [columns, rows] of [
    [70, 22],
    [30, 8],
    [160, 50],
  ] as const) {
    session.resize(columns, rows);
    const wanted = columns === 30 ? 'to continue' : 'preview by exact';
    const headers = columns === 30 ? 0 : 1;
    const isWhole = (screen: string) =>
      screen.replace(/\s+/g, ' ').includes(wanted) &&
      screen.split('\n').filter((line) => line.startsWith('overtrain ›')).length === headers &&
      screen.split('\n').at(-1) === '';
    await session.until(isWhole, `${wanted}, once, with the last line free`);
  }
});

test('keys pressed before the first frame are obeyed and not written over it', async () => {
  const session = open(80, 24);
  await session.until(() => session.isOnAlternateScreen(), 'the alternate screen');
  session.type(keys.down.repeat(2));
  await session.until('❯ finetune ');
  expect(session.screen()).not.toContain('^[');
  session.type('q');
  expect(await session.end()).toBe(0);
});

test('without a terminal it prints the scenarios and ends with 0', () => {
  const { status, stdout } = spawnSync(process.execPath, [program], { encoding: 'utf8' });
  expect(status).toBe(0);
  expect(stdout).toContain('Usage: overtrain <command>');
  expect(stdout).toContain('gaussian');
});

test('for a screen reader it speaks in sentences on the terminal that is there', async () => {
  const session = open(80, 24, { INK_SCREEN_READER: 'true' });
  await session.until('. gaussian: Progressive sensitivity');
  session.type(keys.enter);
  await session.until((screen) =>
    /The curve turns at time t = .* Computed by the exact engine/.test(screen.replace(/\s+/g, ' ')),
  );
  session.type(keys.tab);
  await session.until('Claim 1 of 4, T0: Modes decouple. In this run:');
  expect(session.isOnAlternateScreen()).toBe(false);
  expect(session.screen()).not.toMatch(/[\u2800-\u28ff✓✗❯]/);
  session.type('q');
  expect(await session.end()).toBe(0);
});

describe.each([
  [60, 20, { NO_COLOR: '1', LC_ALL: 'C' }],
  [200, 60, {}],
])('a sweep at %i x %i with %o', (columns, rows, env) => {
  test('is in the list, opens as a map, curves and a table, and leads back', async () => {
    const cwd = join(folder, 'sweeps');
    if (!existsSync(cwd)) {
      mkdirSync(cwd);
      writeFileSync(join(cwd, 'sweep.yaml'), SWEEP);
      const argv = [program, 'sweep', 'sweep.yaml', '--quiet', '--out', 'results/whole'];
      expect(spawnSync(process.execPath, argv, { cwd }).status).toBe(0);
    }
    const session = new TerminalSession([process.execPath, program], { columns, rows, cwd, env });
    sessions.push(session);
    await session.until('finetune-tuned');
    // Sweeps are read after the first frame; the end of the list is asked for until they are there.
    const atTheEnd = () => {
      session.type('G');
      return session.screen();
    };
    await expect
      .poll(atTheEnd, { interval: 200, timeout: 120_000 })
      .toMatch(/[❯>] gaussian +complete, 6 points \(results\/whole\)/);
    session.type(keys.enter);
    await session.until((screen) => screen.includes('sweep of gaussian') && screen.includes('up to'), 'the map');
    session.type('v');
    await session.until((screen) => /dim = 2 .*dim = 4/.test(screen.replace(/\s+/g, ' ')), 'the curves');
    session.type('v');
    await session.until((screen) => /rows 1 to \d+ of 24/.test(screen), 'the table');
    session.type(keys.escape);
    await session.until('Recent sweeps');
    session.type('q');
    expect(await session.end()).toBe(0);
    await expectRestored(session);
  });
});
