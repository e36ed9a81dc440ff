// Runs groups of tests, times them, lists the slowest tests and holds each group to its budget:
//   node scripts/test-groups.mjs [GROUP]…     all groups, if none is named; npm run test:all
// Times are CPU seconds of a group with all its processes, in multiples of what the type checker takes on the same machine.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A group that takes more than this many times its budget fails: something heavy has come in. */
const TOO_MUCH = 2;

const SLOWEST = 10;

const seed = process.env.OVERTRAIN_TEST_SEED ?? String(Math.floor(Math.random() * 2 ** 31));

/**
 * Command and environment of each group. What needs a graphics card or a BLAS library is tried by the group `devices` and by no other;
 * the thorough group tries twice as many cases as `npm test`, and other ones every time.
 */
const GROUPS = {
  'npm test': { command: ['npm', 'test', '--silent'], env: { OVERTRAIN_TEST_BACKENDS: 'plain' } },
  thorough: {
    command: ['npx', 'vitest', 'run', '--coverage'],
    env: {
      OVERTRAIN_TEST_SCALE: '2',
      OVERTRAIN_TEST_DOCUMENTS: 'defaults',
      OVERTRAIN_TEST_SEED: seed,
      OVERTRAIN_TEST_BACKENDS: 'plain',
    },
    say: `seed of the property tests: ${seed}; OVERTRAIN_TEST_SEED=${seed} draws the same cases again`,
  },
  devices: {
    command: ['npm', 'run', 'test:devices', '--silent'],
    env: { OVERTRAIN_TEST_SCALE: '2', OVERTRAIN_TEST_BACKENDS: 'devices' },
  },
  system: { command: ['npm', 'run', 'test:system', '--silent'] },
};

const budget = JSON.parse(readFileSync(new URL('../test/budget.json', import.meta.url), 'utf8'));

/** Runs a command under the shell's clock, which counts every process that it waited for. */
function timed(command, env = {}) {
  const clock = 'TIMEFORMAT=\'%U %S %R\'; { time "$@" 2>&4; } 4>&2 2>"$CLOCK"';
  const file = join(folder, 'clock');
  const { status, signal } = spawnSync('bash', ['-c', clock, 'bash', ...command], {
    stdio: 'inherit',
    env: { ...process.env, ...env, CLOCK: file },
  });
  const [user = 0, system = 0, wall = 0] = readFileSync(file, 'utf8').trim().split(/\s+/).slice(-3).map(Number);
  return { failed: status !== 0 || signal !== null, cpu: user + system, wall };
}

function testsIn(file) {
  const { testResults } = JSON.parse(readFileSync(file, 'utf8'));
  return testResults.flatMap(({ name, assertionResults }) =>
    assertionResults.map(({ fullName, duration }) => ({
      name: `${name.replace(/^.*\/test\//, 'test/')}: ${fullName}`,
      seconds: (duration ?? 0) / 1000,
    })),
  );
}

const folder = mkdtempSync(join(tmpdir(), 'overtrain-groups-'));
const chosen = process.argv.length > 2 ? process.argv.slice(2) : Object.keys(GROUPS);
const unknown = chosen.find((name) => !(name in GROUPS));
if (unknown !== undefined) {
  console.error(`"${unknown}" is no group of tests; the groups are ${Object.keys(GROUPS).join(', ')}`);
  process.exit(2);
}

const unit = Number(process.env.OVERTRAIN_TSC_SECONDS) || timed(['npx', 'tsc', '--noEmit']).cpu;
const lines = [];
const failures = [];
for (const [index, name] of chosen.entries()) {
  const { command, env, say } = GROUPS[name];
  console.log(`\n== ${name}${say === undefined ? '' : `: ${say}`}`);
  const json = join(folder, `${index}.json`);
  const { failed, cpu, wall } = timed(command, { ...env, OVERTRAIN_TEST_TIMES: json });
  const share = cpu / unit;
  lines.push(
    `${name.padEnd(10)} ${wall.toFixed(0).padStart(4)} s, ${cpu.toFixed(0).padStart(4)} CPU-seconds, ${share.toFixed(1)} times the type checker; its budget is ${budget[name]}`,
  );
  if (failed) failures.push(`${name}: tests failed`);
  else if (share > TOO_MUCH * budget[name])
    failures.push(
      `${name}: takes ${share.toFixed(1)} times the type checker, more than ${TOO_MUCH} times its budget of ${budget[name]} in test/budget.json`,
    );
  if (failed) break;
}

const tests = readdirSync(folder)
  .filter((name) => name.endsWith('.json'))
  .flatMap((name) => testsIn(join(folder, name)));
rmSync(folder, { recursive: true });
console.log(`\nThe slowest ${SLOWEST} of ${tests.length} tests:`);
for (const { name, seconds } of tests.sort((a, b) => b.seconds - a.seconds).slice(0, SLOWEST))
  console.log(`  ${seconds.toFixed(1).padStart(5)} s  ${name}`);
console.log(`\nGroups (the type checker takes ${unit.toFixed(0)} CPU-seconds here):`);
for (const line of lines) console.log(`  ${line}`);
for (const failure of failures) console.error(failure);
process.exit(failures.length === 0 ? 0 : 1);
