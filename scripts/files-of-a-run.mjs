// Counts the source files that a command enters: those of which it calls a function. After npm run build:
//   node scripts/files-of-a-run.mjs [ARGUMENT]…     by default: run gaussian --json
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const dist = new URL('../dist/', import.meta.url);
const given = process.argv.slice(2);
const argv = given.length > 0 ? given : ['run', 'gaussian', '--json'];

// The command line as the compiler leaves it: its bundle has no files.
const program = `
  import { runCommandLine } from ${JSON.stringify(new URL('cli/program.js', dist).href)};
  const { stdout, stderr, env } = process;
  process.exitCode = await runCommandLine(${JSON.stringify(argv)}, { stdout, stderr, env });`;

const folder = mkdtempSync(join(tmpdir(), 'overtrain-files-'));
try {
  const { status } = spawnSync(process.execPath, ['--input-type=module', '-'], {
    input: program,
    stdio: ['pipe', 'ignore', 'inherit'],
    env: { ...process.env, NODE_V8_COVERAGE: folder },
  });
  if (status !== 0) process.exit(status ?? 1);
  const entered = new Set();
  for (const name of readdirSync(folder)) {
    for (const { url, functions } of JSON.parse(readFileSync(join(folder, name), 'utf8')).result) {
      // The first function of a module is the module itself, which importing it runs.
      const isCalled = functions.slice(1).some(({ ranges }) => ranges[0].count > 0);
      if (url.startsWith(dist.href) && isCalled) entered.add(fileURLToPath(url).slice(fileURLToPath(dist).length));
    }
  }
  const files = [...entered].map((file) => `src/${file.replace(/\.js$/, '.ts')}`).sort();
  console.log(files.join('\n'));
  console.log(`${files.length} files: overtrain ${argv.join(' ')}`);
} finally {
  rmSync(folder, { recursive: true });
}
