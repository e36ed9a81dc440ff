// Conformance of the backend webgpu, then the works a) to c) against PyTorch on the same card; started by start.mjs, whose
// environment leads to the driver. Writes one JSON document and one table named after the card.
import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { GpuJsBackend } from '../../dist/sim/backends/gpu-js/gpu-js-backend.js';
import { SimdBackend } from '../../dist/sim/backends/simd-backend.js';
import { versions } from '../../dist/sim/backends/versions.js';
import { startPeer } from '../peer.mjs';
import { descent } from '../works/descent.mjs';
import { modes } from '../works/modes.mjs';
import { sensitivity } from '../works/sensitivity.mjs';
import { cardNamed, slug } from './cards.mjs';
import { measureItem } from './measure-item.mjs';
import { readOptions } from './options.mjs';
import { tableOf } from './table.mjs';

/** 2^23 entries in each array: more threads than any card runs at once, and five arrays of 32 MiB that no cache holds. */
const FULL = {
  descent: [
    [8, 131_072],
    [16, 32_768],
    [32, 8192],
    [64, 2048],
    [128, 512],
    [256, 128],
  ],
  steps: 200,
  modes: [16_777_216, 1000],
  sensitivity: [64, 16_384],
};
const QUICK = {
  descent: [
    [8, 16],
    [16, 4],
  ],
  steps: 20,
  modes: [1000, 64],
  sensitivity: [8, 64],
};

const options = readOptions(process.argv.slice(2));
const sizes = options.quick ? QUICK : FULL;
const say = (line) => console.log(line);

const backend = await GpuJsBackend.open('webgpu', { software: options.software });
say(`\nconformance on ${backend.device}`);
const { runConformance } = await conformanceSuite();
const conformance = await runConformance(backend, say);
say(`${conformance.passed} of ${conformance.tests} tests passed`);

const peers = [];
const missing = {};
const script = [fileURLToPath(new URL('./peer_cuda.py', import.meta.url))];
if (options.software) script.push('--processor');
for (const kind of ['torch-eager', 'torch-graph']) {
  const peer = await startPeer(options.python, kind, script);
  if (peer === undefined || peer.missing !== undefined) {
    missing[kind] = peer?.missing ?? `${options.python} does not start`;
    say(`left out: ${kind}: ${missing[kind]}`);
  } else peers.push(peer);
}

const builders = [
  ...sizes.descent.map((size) => (own) => descent(backend, own, size, sizes.steps)),
  (own) => modes(backend, own, ...sizes.modes),
  (own) => sensitivity(backend, own, ...sizes.sensitivity),
];
const { device, driver } = await adapterHere();
const card = cardNamed(device);
const exact = await SimdBackend.open('f64');
const results = [];
say('');
for (const build of builders) {
  const result = await measureItem(build, { peers, exact, card, rounds: options.rounds });
  results.push(result);
  say(tableOf([result]).at(-1));
}
await exact.dispose();
for (const peer of peers) peer.stop();

const machine = {
  card: device,
  driver,
  software: options.software && backend.device.includes('software'),
  nvidia_smi: nvidiaSmi(),
  ceiling: card ?? null,
  processor: cpus()[0].model.trim(),
  cores: cpus().length,
  memory_gib: Math.round(totalmem() / 2 ** 30),
  device: backend.device,
  versions: versions(),
  peers: peers.map(({ kind, version, python, device: on }) => ({ kind, version, python, device: on })),
  missing_peers: missing,
  rounds: options.rounds,
};
await backend.dispose();
mkdirSync(options.out, { recursive: true });
const file = join(options.out, slug(device));
const document = { schema: 1, machine, conformance, results };
writeFileSync(`${file}.json`, `${JSON.stringify(document, null, 2)}\n`);
writeFileSync(`${file}.md`, `${[...heading(), '', ...tableOf(results)].join('\n')}\n`);
say(`\nwritten: ${file}.json and ${file}.md`);
const wrong = results.filter(({ agrees }) => !agrees);
for (const { work } of wrong) say(`WRONG NUMBERS: ${work}`);
process.exit(conformance.failed.length === 0 && wrong.length === 0 ? 0 : 1);

function heading() {
  const counts = `${conformance.passed} of ${conformance.tests} conformance tests passed`;
  const notes = Object.entries(missing).map(([kind, reason]) => `Left out: ${kind}: ${reason}.`);
  const kind = machine.software ? 'SOFTWARE DEVICE, not a measurement. ' : '';
  return [`# ${device}`, '', `${kind}${driver}; ${counts}; medians of ${options.rounds} rounds.`, ...notes];
}

/** The suite, which pack.mjs bundles. */
async function conformanceSuite() {
  try {
    return await import('./conformance/suite.mjs');
  } catch (error) {
    process.stderr.write(
      `run.sh: the conformance suite is only in the archive of bench/gpu/pack.mjs: ${error.message}\n`,
    );
    process.exit(2);
  }
}

async function adapterHere() {
  const { info } = await globalThis.navigator.gpu.requestAdapter();
  return { device: info.device || info.description || 'unnamed', driver: info.description };
}

/** What NVIDIA's own tool says of the card, where it is there. */
function nvidiaSmi() {
  const query = '--query-gpu=name,driver_version,clocks.max.sm,clocks.max.mem,power.limit,memory.total';
  const { status, stdout } = spawnSync('nvidia-smi', [query, '--format=csv'], { encoding: 'utf8' });
  return status === 0 ? stdout.trim().split('\n') : null;
}
