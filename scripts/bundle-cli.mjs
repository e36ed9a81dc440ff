// Puts the command line into a few files: loading it as hundreds of small ones takes longer than a study. Commands still load only
// what they need. The modules that a program imports, and the threads, stay as the compiler leaves them.
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { relative } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { gpuJsApart } from './gpu-js-apart.mjs';
import { leftOut } from './left-out.mjs';
import { licencesOf } from './licences.mjs';

const folder = fileURLToPath(new URL('../dist/cli', import.meta.url));
const root = fileURLToPath(new URL('..', import.meta.url));

/** Small packages that every command needs; the others are loaded from where they are installed. */
const BUNDLED = new Set(['commander', 'd3-scale', 'ml-levenberg-marquardt', 'ml-matrix', 'zod']);

for (const name of readdirSync(folder)) if (/^part-.*\.js$/.test(name)) rmSync(`${folder}/${name}`);

/** A module that looks for files beside itself finds them as before. */
const ownPlaces = {
  name: 'own places',
  setup(build) {
    build.onLoad({ filter: /[\\/]dist[\\/].*\.js$/ }, ({ path }) => {
      const source = readFileSync(path, 'utf8');
      const place = relative(folder, path).replaceAll('\\', '/');
      const contents = source.replaceAll('import.meta.url', `new URL(${JSON.stringify(place)}, import.meta.url).href`);
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

const externalPackages = {
  name: 'external packages',
  setup(build) {
    build.onResolve({ filter: /^[^./]/ }, ({ path, importer }) => {
      // What a bundled package needs comes with it.
      if (importer.startsWith(`${root}node_modules`)) return;
      const name = path.split('/', path.startsWith('@') ? 2 : 1).join('/');
      return BUNDLED.has(name) ? undefined : { path, external: true };
    });
  },
};

/** zod brings its messages in fifty languages, and loads English by itself. */
const withoutLanguages = leftOut('without languages', /locales\/index\.js$/);

const { metafile } = await build({
  entryPoints: [`${folder}/main.js`],
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
  // The terminal UI is a bundle of its own.
  external: ['./tui/open-tui.js'],
  plugins: [
    withoutLanguages,
    gpuJsApart(new URL('../dist/cli/', import.meta.url)),
    figuresApart,
    externalPackages,
    catalogueWrittenOut,
    ownPlaces,
  ],
  legalComments: 'none',
  metafile: true,
  logLevel: 'warning',
});
writeFileSync(`${folder}/main.licences.txt`, licencesOf(metafile));
