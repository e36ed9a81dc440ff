// Walks through the terminal UI on a real pseudo-terminal and keeps what a person would see as a moving picture:
// node scripts/recording.mjs FILE.svg
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { keys, TerminalSession } from '../test/support/terminal-session.mjs';
import { svgOfScreens } from './terminal-svg.mjs';

const SIZE = { width: 112, height: 31 };
const [file] = process.argv.slice(2);
const folder = mkdtempSync(join(tmpdir(), 'overtrain-recording-'));
const program = fileURLToPath(new URL('../dist/cli/main.js', import.meta.url));
const session = new TerminalSession([process.execPath, program], {
  columns: SIZE.width,
  rows: SIZE.height,
  cwd: folder,
});
const screens = [];
const keep = () => screens.push(session.colouredLines());

await session.until('finetune-tuned');
keep();

session.type(keys.enter);
await session.until((screen) => /preview by exact.* ms/.test(screen), 'the preview is whole');
keep();

while (!/❯ gammas/.test(session.screen())) {
  const before = session.screen();
  session.type(keys.down);
  await session.until((screen) => screen !== before, 'the next parameter');
}
for (const gammas of ['0.032,0.055,0.075,0.1', '0.036,0.06,0.08,0.11', '0.04,0.064,0.09,0.12']) {
  session.type(keys.right);
  await session.until((screen) => screen.includes(gammas) && /preview by exact.* ms/.test(screen), gammas);
}
keep();

// Slow enough to be seen on its way.
session.type(keys.down + keys.down);
await session.until((screen) => /❯ replicates/.test(screen), 'replicates');
session.type(`2000${keys.enter}`);
await session.until('2000 (set)');
session.type('r');
await session.until((screen) => /[3-6]\d% .*━/.test(screen), 'the run is under way', 60_000);
keep();
await session.until((screen) => screen.includes('computed by modes'), 'the end of the run', 60_000);
keep();

session.type('x');
await session.until('What the chart shows');
keep();
session.type(keys.escape);
await session.until('Parameters');

session.type(keys.tab);
session.type('jjf');
await session.until('To repeat: overtrain verify', 'the attack has ended', 60_000);
keep();
session.type(keys.escape);
await session.until('Parameters');

session.type('y');
await session.until('npx overtrain run');
keep();
session.type(keys.escape);
await session.until('Parameters');

session.type('s');
await session.until('results/gaussian');
session.type(keys.enter);
await session.until('saved in results/gaussian');
keep();

session.type('q');
await session.end();
rmSync(folder, { recursive: true });
writeFileSync(
  file,
  svgOfScreens(screens, {
    ...SIZE,
    title: 'A walk through the terminal UI: open a scenario, bend its curves, run, explain, attack a claim, save',
  }),
);
process.exit(0);
