// Puts the command line, the terminal UI and their threads into a few files that share what they have in common: loading them as
// hundreds of small ones takes longer than a study. Commands still load only what they need. The modules that a program imports stay as
// the compiler leaves them.
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, relative } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { gpuJsApart } from './gpu-js-apart.mjs';
import { leftOut } from './left-out.mjs';
import { licencesOf } from './licences.mjs';

const folder = fileURLToPath(new URL('../dist/cli', import.meta.url));

/** Threads, each in a file of its own beside main.js. */
const THREADS = [
  'sweeps/batch-worker.js',
  'verify/claim-worker.js',
  'tui/worker/run-worker.js',
  'tui/worker/attack-worker.js',
];

/** What is loaded from where it is installed: what claims of users share with ours, what has threads of its own, and what is optional. */
const INSTALLED = ['fast-check', 'piscina', 'koffi', 'webgpu', 'vitest'];

for (const name of readdirSync(folder)) if (/^part-.*\.js$/.test(name)) rmSync(`${folder}/${name}`);

/** A module that looks for files beside itself finds them as before, and its thread beside the bundle. */
const ownPlaces = {
  name: 'own places',
  setup(build) {
    build.onLoad({ filter: /[\\/]dist[\\/].*\.js$/ }, ({ path }) => {
      const source = readFileSync(path, 'utf8');
      const place = relative(folder, path).replaceAll('\\', '/');
      const contents = source.replaceAll(/(?:'\.\/([\w/-]+\.js)', )?import\.meta\.url/g, (found, file) =>
        THREADS.some((thread) => file !== undefined && thread.endsWith(file))
          ? `'./${basename(file)}', import.meta.url`
          : found.replace('import.meta.url', `new URL(${JSON.stringify(place)}, import.meta.url).href`),
      );
      return { contents, loader: 'js' };
    });
  },
};

/** The catalogue of scenarios and claims is written out, so that `list` need not load them. */
const catalogueWrittenOut = {
  name: 'catalogue written out',
  setup(build) {
    build.onLoad({ filter: /[\\/]list[\\/]whole-catalogue\.js$/ }, async ({ path }) => {
      const { wholeCatalogue } = await import(pathToFileURL(path).href);
      return { contents: `export const wholeCatalogue = ${JSON.stringify(wholeCatalogue)};` };
    });
  },
};

/** What draws figures is a bundle of its own. */
const figuresApart = {
  name: 'figures apart',
  setup(build) {
    build.onResolve({ filter: /\/draw-figure\.js$/ }, () => ({ path: './figures/draw-figure.js', external: true }));
  },
};

/** zod brings its messages in fifty languages, and loads English by itself. */
const withoutLanguages = leftOut('without languages', /locales\/index\.js$/);

/** Ink loads the developer tools of React only where DEV is set, but names them where a bundler must find them. */
const withoutDeveloperTools = leftOut('without developer tools', /\/devtools\.js$/);

const { metafile } = await build({
  entryPoints: ['main.js', ...THREADS].map((name) => `${folder}/${name}`),
  entryNames: '[name]',
  outdir: folder,
  allowOverwrite: true,
  bundle: true,
  splitting: true,
  chunkNames: 'part-[hash]',
  platform: 'node',
  format: 'esm',
  target: 'node20',
  banner: {
    js: "import { createRequire as requireOfBundle } from 'node:module'; const require = requireOfBundle(import.meta.url);",
  },
  external: INSTALLED,
  // For Node it has a module of the old kind, whose names a dynamic import does not see.
  alias: { yaml: fileURLToPath(new URL('../node_modules/yaml/browser/index.js', import.meta.url)) },
  // gpu.js reads the source of its kernels, which this leaves as it understands them.
  minifyWhitespace: true,
  define: { 'process.env.NODE_ENV': '"production"' },
  plugins: [
    withoutLanguages,
    withoutDeveloperTools,
    gpuJsApart(new URL('../dist/cli/', import.meta.url)),
    figuresApart,
    catalogueWrittenOut,
    ownPlaces,
  ],
  legalComments: 'none',
  metafile: true,
  logLevel: 'warning',
});
writeFileSync(`${folder}/main.licences.txt`, licencesOf(metafile));
