// Packs Node, the build, the modules that it needs and the programs beside this one into an archive for a machine without a
// network: node bench/gpu/pack.mjs [--out FILE] [--preset 0..9]. Needs Linux on x64, npm ci,
// npm install --no-save --save-dev webgpu@0.6.2, npm run build, tar and xz.
import { execFileSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { bundleConformance } from './conformance/bundle.mjs';

/** Bytes that the archive may have. */
const MOST = 60e6;

const NAME = 'overtrain-gpu';
const LOADER = 'libvulkan.so.1';

/** What no program reads there: types, Dawn for other systems. */
const UNUSED = /\.(d\.[cm]?ts|map|md)$|^webgpu\/dist\/(?!linux-x64)|^@webgpu\/types$/;

const root = fileURLToPath(new URL('../..', import.meta.url));
const { values: options } = parseArgs({
  options: { out: { type: 'string', default: `${NAME}.tar.xz` }, preset: { type: 'string', default: '6' } },
});

function fail(line) {
  process.stderr.write(`pack: ${line}\n`);
  process.exit(2);
}
if (process.platform !== 'linux' || process.arch !== 'x64') fail('the archive is made on Linux on x64, for the same');
if (!/^[0-9]$/.test(options.preset)) fail(`--preset: "${options.preset}" is not allowed; expected 0 to 9`);
if (!existsSync(join(root, 'dist/cli/main.js'))) fail('dist is missing; run npm run build');

/** Packages that the program needs when it runs, as the lockfile has them. */
function modules() {
  const { packages } = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'));
  return Object.entries(packages)
    .filter(([path, { dev, optional, devOptional }]) => path !== '' && !dev && !optional && !devOptional)
    .map(([path]) => path);
}

/** Dawn, which the lockfile has not, and what it needs. */
function dawn(name = 'webgpu') {
  const path = `node_modules/${name}`;
  if (!existsSync(join(root, path))) fail(`${name} is missing; run npm install --no-save --save-dev webgpu@0.6.2`);
  const { dependencies = {} } = JSON.parse(readFileSync(join(root, path, 'package.json'), 'utf8'));
  return [path, ...Object.keys(dependencies).flatMap(dawn)];
}

function copy(path, to) {
  const modulesRoot = join(root, 'node_modules');
  const wanted = (file) => !UNUSED.test(relative(modulesRoot, file));
  cpSync(join(root, path), join(to, path), { recursive: true, filter: wanted });
}

/** The Vulkan loader of this machine, or else the one of Debian's package. */
function loader(scratch) {
  const folders = ['/lib/x86_64-linux-gnu', '/usr/lib/x86_64-linux-gnu', '/usr/lib64', '/usr/lib'];
  const installed = folders.map((folder) => join(folder, LOADER)).find(existsSync);
  if (installed !== undefined) return realpathSync(installed);
  try {
    execFileSync('apt-get', ['download', '-q', 'libvulkan1'], { cwd: scratch, stdio: 'ignore' });
    const package_ = readdirSync(scratch).find((name) => name.endsWith('.deb'));
    execFileSync('dpkg-deb', ['-x', package_, 'loader'], { cwd: scratch });
    return realpathSync(join(scratch, 'loader/usr/lib/x86_64-linux-gnu', LOADER));
  } catch {
    return fail(`no ${LOADER} here and none to download; install it: apt install libvulkan1`);
  }
}

const scratch = mkdtempSync(join(tmpdir(), 'overtrain-pack-'));
process.on('exit', () => rmSync(scratch, { recursive: true, force: true }));
const stage = join(scratch, NAME);
mkdirSync(join(stage, 'lib'), { recursive: true });
cpSync(realpathSync(process.execPath), join(stage, 'node'));
for (const path of ['package.json', 'LICENSE', 'proofs.md', 'dist', ...modules(), ...dawn()]) copy(path, stage);
for (const path of ['alternate.mjs', 'float-files.mjs', 'peer.mjs', 'works', 'gpu']) copy(`bench/${path}`, stage);
await bundleConformance(stage);
cpSync(loader(scratch), join(stage, 'lib', LOADER));
const out = resolve(options.out);
const compress = `xz -T0 -${options.preset}`;
const plain = ['--sort=name', '--owner=0', '--group=0', '--numeric-owner'];
execFileSync('tar', ['-C', scratch, '-I', compress, ...plain, '-cf', out, NAME], { stdio: 'inherit' });
const { size } = statSync(out);
console.log(`${basename(out)}: ${(size / 1e6).toFixed(1)} MB`);
if (size > MOST) {
  process.stderr.write(`pack: the archive is larger than ${MOST / 1e6} MB\n`);
  process.exitCode = 1;
}
