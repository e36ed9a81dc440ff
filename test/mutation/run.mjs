// Mutation check of src/theory: node test/mutation/run.mjs [--count N] [--runs N] [--seed N] [--file NAME]
//
// Breaks signs, factors and indices of the compiled theory one at a time and asks whether the claims notice. Exit 1 when
// fewer than 95 % are noticed, survivors with a reason in survivors.json not counted.
import { spawn } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { findMutants } from './mutants.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));
const option = (name, fallback) => {
  const at = process.argv.indexOf(`--${name}`);
  return at < 0 ? fallback : process.argv[at + 1];
};
const count = Number(option('count', 120));
const runs = option('runs', '200');
const only = option('file', undefined);
const LONGEST_MS = 60_000;
const ENOUGH = 0.95;

const all = findMutants(join(root, 'dist/theory')).filter(({ file }) => only === undefined || file === `${only}.js`);
const chosen = sample(all, Math.min(count, all.length), Number(option('seed', 1)));
const reasons = JSON.parse(readFileSync(new URL('./survivors.json', import.meta.url), 'utf8'));
const survivors = [];
let next = 0;
let killed = 0;
const started = Date.now();
await Promise.all(Array.from({ length: availableParallelism() }, work));

const excused = survivors.filter(({ reason }) => reason !== undefined);
const unexcused = survivors.length - excused.length;
for (const { mutant, reason } of survivors) {
  console.log(`survived  ${describe(mutant)}${reason === undefined ? '' : `  because ${reason}`}`);
}
const share = killed / (killed + unexcused);
console.log(
  `${killed} of ${chosen.length} mutants killed, ${excused.length} survived for a reason, ${unexcused} without; ${(100 * share).toFixed(1)} % (${all.length} places, ${((Date.now() - started) / 1000).toFixed(0)} s)`,
);
process.exit(share >= ENOUGH ? 0 : 1);

/** One worker: its own copy of the build, in which it breaks and mends one file after another. */
async function work() {
  const folder = mkdtempSync(join(tmpdir(), 'overtrain-mutant-'));
  try {
    cpSync(join(root, 'dist'), join(folder, 'dist'), { recursive: true });
    cpSync(join(root, 'package.json'), join(folder, 'package.json'));
    symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
    for (let index = next++; index < chosen.length; index = next++) {
      const mutant = chosen[index];
      const path = join(folder, 'dist/theory', mutant.file);
      const source = readFileSync(path, 'utf8');
      writeFileSync(path, source.slice(0, mutant.start) + mutant.text + source.slice(mutant.end));
      if (await isKilled(join(folder, 'dist'))) killed++;
      else survivors.push({ mutant, reason: reasonFor(mutant, source) });
      writeFileSync(path, source);
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function isKilled(folder) {
  return new Promise((resolve) => {
    const script = fileURLToPath(new URL('./try-mutant.mjs', import.meta.url));
    const child = spawn(process.execPath, [script, folder, runs], { stdio: 'ignore' });
    const timer = setTimeout(() => child.kill('SIGKILL'), LONGEST_MS);
    child.on('exit', (code) => {
      clearTimeout(timer);
      resolve(code !== 0);
    });
  });
}

/** A reason holds for a file and a text of its line, so that it outlives moved lines. */
function reasonFor({ file, start }, source) {
  const line = source.slice(source.lastIndexOf('\n', start) + 1, source.indexOf('\n', start));
  return reasons.find((entry) => `${entry.file}.js` === file && line.includes(entry.line))?.reason;
}

function describe({ file, line, kind, before, text }) {
  return `${file.replace(/\.js$/, '')}:${line} (compiled) ${kind}: ${before} -> ${text}`;
}

/** A sample without repetition that a seed determines. */
function sample(items, size, seed) {
  let state = (seed * 2654435761) >>> 0 || 1;
  const random = () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
  const rest = [...items];
  return Array.from({ length: size }, () => rest.splice(Math.floor(random() * rest.length), 1)[0]);
}
