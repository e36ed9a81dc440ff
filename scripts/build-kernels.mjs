// Compiles the WebAssembly SIMD kernels of src/sim/backends/simd/assembly into dist, once for each precision.
import { mkdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { main } from 'assemblyscript/asc';

const source = fileURLToPath(new URL('../src/sim/backends/simd/assembly/index.ts', import.meta.url));
const folder = new URL('../dist/sim/backends/simd/', import.meta.url);
mkdirSync(folder, { recursive: true });
for (const precision of ['f32', 'f64']) {
  const options = ['-O3', '--noAssert', '--runtime', 'stub', '--enable', 'simd', '--enable', 'threads'];
  const memory = ['--importMemory', '--sharedMemory', '--initialMemory', '16', '--maximumMemory', '65536'];
  let binary;
  const { error, stderr } = await main(
    [source, '--outFile', 'kernels.wasm', ...options, ...memory, '--use', `real=${precision}`],
    {
      writeFile: (_, contents) => {
        binary = contents;
      },
    },
  );
  if (error || binary === undefined) throw new Error(`the kernels do not compile: ${stderr}`);
  writeFileSync(new URL(`kernels-${precision}.wasm`, folder), binary);
}
