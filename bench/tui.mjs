// Measures what a person feels of the terminal UI, on a real pseudo-terminal: npm run bench:tui [-- --json]
// First frame: from the start of the process to the list of scenarios on the screen. Key latency: from a key to the
// screen that shows it, idle, while the exact engine follows an arrow, and while the matrix engine computes.
import { cpus } from 'node:os';
import { fileURLToPath } from 'node:url';
import { keys, TerminalSession } from '../test/support/terminal-session.mjs';

const program = fileURLToPath(new URL('../dist/cli/main.js', import.meta.url));
const STARTS = 10;
const PRESSES = 40;
const LIMITS = { 'first frame': 500, 'key while idle': 50, 'redraw after an arrow': 50, 'key during a matrix run': 50 };

const open = () => new TerminalSession([process.execPath, program], { columns: 120, rows: 40 });

async function firstFrames() {
  const times = [];
  for (let start = 0; start < STARTS; start++) {
    const session = open();
    times.push(await session.until('finetune-tuned'));
    session.type(keys.interrupt);
    await session.end();
  }
  return times;
}

/** Milliseconds from pressing a key to a screen that has changed as it should. */
async function latency(session, key, isShown) {
  const before = session.screen();
  const pressed = performance.now();
  session.type(key);
  while (!isShown(session.screen(), before)) {
    if (performance.now() - pressed > 5000)
      throw new Error(`no answer to ${JSON.stringify(key)}:\n${session.screen()}`);
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  return performance.now() - pressed;
}

const chosen = (screen) => /^❯ +(\S+)/m.exec(screen)?.[1];
const hasMoved = (screen, before) => chosen(screen) !== chosen(before);

async function moves(session) {
  const times = [];
  for (let press = 0; press < PRESSES; press++) {
    times.push(await latency(session, press % 2 === 0 ? keys.down : keys.up, hasMoved));
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  return times;
}

async function keyLatencies() {
  const session = open();
  await session.until('finetune-tuned');
  session.type(keys.enter);
  await session.until('preview by exact');
  const idle = await moves(session);
  while (chosen(session.screen()) !== 'gammas') await latency(session, keys.down, hasMoved);
  const chart = (screen) =>
    screen
      .split('\n')
      .slice(1, 30)
      .map((line) => line.slice(50))
      .join('\n');
  const redraws = [];
  for (let press = 0; press < PRESSES; press++) {
    redraws.push(
      await latency(session, press % 2 ? keys.left : keys.right, (now, before) => chart(now) !== chart(before)),
    );
    await new Promise((resolve) => setTimeout(resolve, 60));
  }
  while (chosen(session.screen()) !== 'engine') await latency(session, keys.down, hasMoved);
  while (!session.screen().includes('matrix (set)')) {
    await latency(session, keys.right, (now, before) => now !== before);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  while (chosen(session.screen()) !== 'dim') await latency(session, keys.up, hasMoved);
  session.type(`128${keys.enter}`);
  await session.until('128 (set)');
  session.type('r');
  await session.until((screen) => /matrix on \w+/.test(screen), 'the matrix engine runs');
  const busy = await moves(session);
  const isStillRunning = /\d+%|running on/.test(session.screen());
  session.type(keys.interrupt);
  await session.end();
  if (!isStillRunning) throw new Error('the matrix run ended before the measurement');
  return { idle, redraws, busy };
}

const sorted = (times) => [...times].sort((a, b) => a - b);
const summary = (work, times) => {
  const all = sorted(times);
  return {
    work,
    median: Number(all[Math.floor(all.length / 2)].toFixed(1)),
    p95: Number(all[Math.floor(all.length * 0.95)].toFixed(1)),
    limit: LIMITS[work],
    unit: 'ms',
  };
};

const frames = await firstFrames();
const { idle, redraws, busy } = await keyLatencies();
const results = [
  summary('first frame', frames),
  summary('key while idle', idle),
  summary('redraw after an arrow', redraws),
  summary('key during a matrix run', busy),
];
const machine = { cpu: cpus()[0]?.model ?? 'unknown', cores: cpus().length, node: process.versions.node };
if (process.argv.includes('--json')) console.log(JSON.stringify({ schema: 1, machine, results }));
else {
  console.log(`${machine.cores} cores, ${machine.cpu}, node ${machine.node}`);
  for (const { work, median, p95, limit } of results)
    console.log(`${work.padEnd(26)} median ${median} ms, 95th percentile ${p95} ms (limit ${limit} ms)`);
}
process.exit(results.every(({ median, limit }) => median <= limit) ? 0 : 1);
