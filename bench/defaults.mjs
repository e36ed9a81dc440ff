// What the default runs cost, in multiples of a fixed piece of bare work that is timed between them, so that two states of the
// program can be compared on a machine whose speed drifts:
//   node bench/defaults.mjs [--rounds N] [--against FOLDER] [COMMAND]…
// COMMAND is the id of a scenario, or verify; all of them, if none is named. FOLDER is a checkout of another state, built.
import { spawnSync } from 'node:child_process';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { median } from './alternate.mjs';

const { values, positionals } = parseArgs({
  options: { rounds: { type: 'string', default: '3' }, against: { type: 'string' } },
  allowPositionals: true,
});
const here = fileURLToPath(new URL('..', import.meta.url));
const folders = [...(values.against === undefined ? [] : [resolve(values.against)]), here];

/** Products of matrices of 96 × 96 doubles, in one thread of a process of its own. */
const BARE_WORK = `const n = 96, a = Float64Array.from({ length: n * n }, (_, i) => Math.sin(i)), c = new Float64Array(n * n);
for (let round = 0; round < 600; round++)
  for (let i = 0; i < n; i++)
    for (let j = 0; j < n; j++) { let s = 0; for (let k = 0; k < n; k++) s += a[i * n + k] * a[k * n + j]; c[i * n + j] = s; }`;

/** Seconds by the clock and CPU seconds of a process with all its threads and children. */
function timed(...command) {
  const { stderr } = spawnSync(
    'bash',
    ['-c', 'TIMEFORMAT="%R %U %S"; time "$@" >/dev/null 2>&1', 'bash', process.execPath, ...command],
    { encoding: 'utf8' },
  );
  const [wall, user, system] = stderr.trim().split(/\s+/).map(Number);
  return { wall, cpu: user + system };
}

let commands = positionals;
if (commands.length === 0) {
  const list = spawnSync(process.execPath, [join(here, 'dist/cli/main.js'), 'list', '--json'], { encoding: 'utf8' });
  commands = [...JSON.parse(list.stdout).scenarios.map(({ id }) => id), 'verify'];
}
const head = folders.map((_, index) => (index < folders.length - 1 ? 'before' : 'now'));
console.log(
  `| command | ${head.map((when) => `CPU ${when} | clock ${when}`).join(' | ')} |\n|---|${head.map(() => '---|---|').join('')}`,
);
for (const command of commands) {
  const argv = command === 'verify' ? ['verify', '--json'] : ['run', command, '--json'];
  const shares = folders.map(() => ({ cpu: [], wall: [] }));
  for (let round = 0; round < Number(values.rounds); round++)
    folders.forEach((folder, index) => {
      const bare = timed('-e', BARE_WORK);
      const run = timed(join(folder, 'dist/cli/main.js'), ...argv);
      shares[index].cpu.push(run.cpu / bare.cpu);
      shares[index].wall.push(run.wall / bare.wall);
    });
  const cells = shares.map(({ cpu, wall }) => `${median(cpu).toFixed(1)} | ${median(wall).toFixed(1)}`);
  console.log(`| \`${command}\` | ${cells.join(' | ')} |`);
}
