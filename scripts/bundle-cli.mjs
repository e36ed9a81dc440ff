// Puts the command line, the terminal UI and their threads into a few files that share what they have in common: loading them as
// hundreds of small ones takes longer than a study. Commands still load only what they need. The modules that a program imports stay as
// the compiler leaves them.
import { writeFileSync } from 'node:fs';
import { basename, relative } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { rolldown } from 'rolldown';
import { licencesOf } from './licences.mjs';

const folder = fileURLToPath(new URL('../dist/cli', import.meta.url));

/** Threads, each in a file of its own beside main.js. */
const THREADS = [
  'sweeps/batch-worker.js',
  'verify/try-claims.js',
  'tui/worker/run-worker.js',
  'tui/worker/attack-worker.js',
];

/** What is loaded from where it is installed: what claims of users share with ours, what has threads of its own, and what is optional. */
const INSTALLED = ['fast-check', 'piscina', 'koffi', 'webgpu', 'vitest'];

/** Other files of the build that stay as they are, by the ends of the paths that import them. */
const APART = {
  // A bundle of its own, loaded where figures are drawn.
  '/draw-figure.js': './figures/draw-figure.js',
  // All bundles and threads share it.
  'gpu.js': '../sim/backends/gpu-js/gpu.cjs',
  '/gpu.cjs': '../sim/backends/gpu-js/gpu.cjs',
};

/** Named where a bundler must find them, and never used: what zod says in fifty other languages, and the developer tools of React. */
const LEFT_OUT = /\/locales\/index\.js$|\/devtools\.js$/;

const ours = {
  name: 'ours',
  resolveId(path) {
    const end = Object.keys(APART).find((end) => (end.startsWith('/') ? path.endsWith(end) : path === end));
    if (end !== undefined) return { id: APART[end], external: true };
    return LEFT_OUT.test(path) ? '\0nothing' : undefined;
  },
  async load(id) {
    if (id === '\0nothing') return 'export {}';
    // The catalogue of scenarios and claims is written out, so that `list` need not load them.
    if (!id.endsWith('/list/whole-catalogue.js')) return undefined;
    const { wholeCatalogue } = await import(pathToFileURL(id).href);
    return `export const wholeCatalogue = ${JSON.stringify(wholeCatalogue)};`;
  },
  /** A module that looks for files beside itself finds them as before, and its thread beside the bundle. */
  transform(source, id) {
    if (!/[\\/]dist[\\/].*\.js$/.test(id) || !source.includes('import.meta.url')) return undefined;
    const place = JSON.stringify(relative(folder, id).replaceAll('\\', '/'));
    return source.replaceAll(/(?:'\.\/([\w/-]+\.js)', )?import\.meta\.url/g, (found, file) =>
      THREADS.some((thread) => file !== undefined && thread.endsWith(file))
        ? `'./${basename(file)}', import.meta.url`
        : found.replace('import.meta.url', `new URL(${place}, import.meta.url).href`),
    );
  },
};

/** What every command needs is one file with all that it imports, and what a run needs another. */
const groups = [
  { name: 'program', test: /\/dist\/cli\/(program|list\/command)\.js$|\/dist\/cli\/output\//, priority: 2 },
  {
    name: 'run',
    test: /\/dist\/cli\/run\/|\/dist\/sim\/(scenario|training|noise)\/|\/dist\/sim\/backends\/(simd-backend|open-backend)\.js$/,
    priority: 1,
  },
];

const bundle = await rolldown({
  input: ['main.js', ...THREADS].map((name) => `${folder}/${name}`),
  platform: 'node',
  external: INSTALLED,
  plugins: [ours],
  // What is loaded late by one command and at once by another is no mistake.
  checks: { ineffectiveDynamicImport: false },
  transform: { define: { 'process.env.NODE_ENV': '"production"' } },
});
const { output } = await bundle.write({
  dir: folder,
  format: 'esm',
  entryFileNames: '[name].js',
  chunkFileNames: 'part-[name]-[hash].js',
  codeSplitting: { groups },
  // gpu.js reads the source of its kernels, which this leaves as it understands them.
  minify: { compress: false, mangle: false, codegen: { removeWhitespace: true } },
  comments: false,
});
const inputs = Object.fromEntries(output.flatMap(({ moduleIds = [] }) => moduleIds).map((id) => [id, {}]));
writeFileSync(`${folder}/main.licences.txt`, licencesOf({ inputs }));
