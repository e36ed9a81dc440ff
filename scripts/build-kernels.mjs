// Compiles the WebAssembly SIMD kernels of src/sim/backends/simd/assembly into dist.
import { mkdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { main } from 'assemblyscript/asc';

const source = fileURLToPath(new URL('../src/sim/backends/simd/assembly/index.ts', import.meta.url));
const target = new URL('../dist/sim/backends/simd/kernels.wasm', import.meta.url);
const options = [
  source,
  '--outFile',
  'kernels.wasm',
  '-O3',
  '--enable',
  'simd',
  '--enable',
  'threads',
  '--noAssert',
  '--runtime',
  'stub',
  '--importMemory',
  '--sharedMemory',
  '--initialMemory',
  '16',
  '--maximumMemory',
  '65536',
];
let binary;
const { error, stderr } = await main(options, {
  writeFile: (_, contents) => {
    binary = contents;
  },
});
if (error || binary === undefined) throw new Error(`the kernels do not compile: ${stderr}`);
mkdirSync(new URL('.', target), { recursive: true });
writeFileSync(target, binary);
