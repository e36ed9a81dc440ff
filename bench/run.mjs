// Measures overtrain against numpy and PyTorch on the same work in one run: npm run bench -- [--json] [--only a,b] [--rounds N]
// [--backend simd|webasm|cpu] [--python PATH]. Peers that are not installed are named and left out: bench/install-peers.sh.
import { cpus, totalmem } from 'node:os';
import { parseArgs } from 'node:util';
import { openBackend } from '../dist/sim/backends/open-backend.js';
import { alternate, median, spread } from './alternate.mjs';
import { startPeer } from './peer.mjs';
import { descent, sizes } from './works/descent.mjs';
import { growth } from './works/growth.mjs';
import { modes } from './works/modes.mjs';
import { processes } from './works/process.mjs';
import { sensitivity } from './works/sensitivity.mjs';
import { study, studyInProcess } from './works/study.mjs';

const { values: options } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    only: { type: 'string', default: 'a,b,c,d,e,f,g' },
    rounds: { type: 'string', default: '7' },
    backend: { type: 'string', default: 'auto' },
    python: { type: 'string', default: '/usr/bin/python3' },
  },
});
/** Below it the backend `blas` multiplies by our own kernels. */
const SMALLEST_NATIVE = 24;

const wanted = options.only.split(',');
const rounds = Number(options.rounds);
const say = (text) => process.stderr.write(`${text}\n`);

// OpenBLAS chooses its kernels for the processor, for the peers as for the backend `blas`.
delete process.env.OPENBLAS_CORETYPE;
delete process.env.OPENBLAS_L2_SIZE;
const { backend } = await openBackend(options.backend);
const native = options.backend === 'auto' ? await openNative() : undefined;
const peers = [];
for (const kind of ['numpy', 'torch']) {
  const peer = await startPeer(options.python, kind);
  if (peer === undefined) say(`${kind} is not installed for ${options.python}; bench/install-peers.sh installs it`);
  else peers.push(peer);
}
const numpy = peers.find(({ kind }) => kind === 'numpy');
const hasNumpy = numpy !== undefined;
const builders = [
  ...(wanted.includes('a') ? sizes.map((size) => () => descent(backend, peers, size)) : []),
  ...(wanted.includes('a') && native !== undefined
    ? sizes
        .filter(([dim]) => dim >= SMALLEST_NATIVE)
        .map((size) => () => named(descent(native, peers, size), 'backend blas'))
    : []),
  ...(wanted.includes('b') ? [() => modes(backend, peers)] : []),
  ...(wanted.includes('c') ? [() => sensitivity(backend, peers)] : []),
  ...(wanted.includes('c') && native !== undefined ? [() => named(sensitivity(native, peers), 'backend blas')] : []),
  ...(wanted.includes('d') && hasNumpy
    ? [() => study(options.python, 'matrix', 'gaussian study, engine matrix, as a process')]
    : []),
  ...(wanted.includes('e') && hasNumpy
    ? [() => study(options.python, 'exact', 'gaussian study, engine exact, as a process')]
    : []),
  ...['matrix', 'exact']
    .filter((engine) => wanted.includes(engine === 'matrix' ? 'd' : 'e') && hasNumpy)
    .map((engine) => () => studyInProcess(numpy, engine, `gaussian study, engine ${engine}, in a running process`)),
];
const results = [];
for (const build of builders) {
  const item = build();
  const seconds = await alternate([item.ours, ...item.peers.map(({ run }) => run)], rounds);
  const [own, ...others] = seconds;
  const ours = item.amount / median(own);
  if (others.length === 0) results.push({ work: item.work, ours, spread: spread(own), peer: null, unit: item.unit });
  item.peers.forEach(({ peer, agrees }, index) => {
    if (!agrees()) throw new Error(`${peer.kind} and overtrain computed different numbers in ${item.work}`);
    const value = item.amount / median(others[index]);
    results.push({
      work: item.work,
      ours,
      spread: spread(own),
      peer: peer.kind,
      peer_value: value,
      peer_spread: spread(others[index]),
      unit: item.unit,
      ratio: ours / value,
    });
    say(line(results.at(-1)));
  });
  item.done();
}
const grown = wanted.includes('f') ? await growth(backend) : null;
await backend.dispose();
await native?.dispose();
for (const peer of peers) peer.stop();
const command = wanted.includes('g') ? processes(5) : null;
if (grown !== null) {
  say(
    `growth: time ~ networks^${grown.networks.toFixed(2)}, dim^${grown.dim.toFixed(2)}, steps^${grown.steps.toFixed(2)}`,
  );
}
for (const [name, { seconds, megabytes }] of Object.entries(command ?? {})) {
  say(`overtrain ${name}: ${seconds.toFixed(2)} s, ${megabytes.toFixed(0)} MB at its peak`);
}
if (options.json) {
  const machine = {
    processor: cpus()[0].model.trim(),
    cores: cpus().length,
    memory_gib: Math.round(totalmem() / 2 ** 30),
    node: process.version,
    backend: backend.name,
    device: backend.device,
    native: native?.device ?? null,
    peers: peers.map(({ kind, version, python, threads }) => ({ kind, version, python, threads })),
    rounds,
  };
  console.log(JSON.stringify({ schema: 1, machine, results, growth: grown, process: command }, null, 2));
}

/** The backend that a user may have installed a library for. */
async function openNative() {
  try {
    return (await openBackend('blas')).backend;
  } catch (error) {
    say(error.message);
    return undefined;
  }
}

/** An item under a name that says what is other about it. */
function named(item, what) {
  return { ...item, work: `${item.work}, ${what}` };
}

function line({ work, ours, spread: own, peer, peer_value: value, peer_spread: other, unit, ratio }) {
  const number = (x) => x.toPrecision(3);
  const percent = (x) => `${(100 * x).toFixed(0)} %`;
  return `${work.padEnd(44)} ${number(ours).padStart(7)} ±${percent(own)}  ${peer} ${number(value)} ±${percent(other)} ${unit}  ratio ${ratio.toFixed(2)}`;
}
