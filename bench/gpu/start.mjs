// Finds the card, says what it is, and measures on it in a process whose environment leads there; started by run.sh.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { driverChoices } from './drivers.mjs';
import { readOptions, usage } from './options.mjs';

const program = (name) => fileURLToPath(new URL(name, import.meta.url));

/** The Vulkan loader of the archive; a clone of the repository has none and takes the system's. */
const loader = program('../../lib');

function stop(line) {
  process.stderr.write(`run.sh: ${line}\n`);
  process.exit(2);
}

const options = readOptions(process.argv.slice(2));
if (typeof options === 'string') stop(options);
if (options.help) {
  console.log(usage);
  process.exit(0);
}
const scratch = mkdtempSync(join(tmpdir(), 'overtrain-driver-'));
process.on('exit', () => rmSync(scratch, { recursive: true, force: true }));

const tried = [];
for (const { name, folder, env } of driverChoices(process.env, scratch)) {
  const libraries = [existsSync(loader) ? loader : undefined, folder, process.env.LD_LIBRARY_PATH];
  const environment = { ...process.env, ...env, LD_LIBRARY_PATH: libraries.filter(Boolean).join(':') };
  const run = { env: environment, encoding: 'utf8' };
  const { status, stdout, stderr, signal } = spawnSync(process.execPath, [program('adapter.mjs')], run);
  if (status !== 0) {
    tried.push(`${name}: ${stderr.trim().split('\n').at(-1) || signal || 'no adapter'}`);
    continue;
  }
  const adapter = JSON.parse(stdout);
  if (adapter.software && !options.software) {
    tried.push(`${name}: ${adapter.device} runs on the processor, which --software would accept`);
    continue;
  }
  console.log(`adapter: ${adapter.device} (${adapter.vendor} ${adapter.architecture}), ${adapter.driver}`);
  console.log(`through: ${name}`);
  if (adapter.software) console.log('this is a device that is simulated on the processor: nothing below counts');
  const parameters = [program('measure.mjs'), ...process.argv.slice(2)];
  const measured = spawnSync(process.execPath, parameters, { ...run, stdio: 'inherit' });
  process.exit(measured.status ?? 1);
}
stop(
  tried.length === 0
    ? 'no driver of an NVIDIA card was found; name its manifest in VK_DRIVER_FILES'
    : `no graphics card; tried ${tried.join('; ')}`,
);
