import { readFileSync } from 'node:fs';

/**
 * The licences of all packages that went into a bundle, as one text.
 *
 * @param {import('esbuild').Metafile} metafile of the bundle
 */
export function licencesOf(metafile) {
  const packages = new Set(
    Object.keys(metafile.inputs).flatMap(
      (path) =>
        /^node_modules\/.*(?=\/)|^/.exec(path)[0].match(/^(?:.*node_modules\/)(@[^/]+\/[^/]+|[^/]+)/)?.[0] ??
        [],
    ),
  );
  const licences = [...packages].sort().map((path) => {
    const { name, version, license } = JSON.parse(readFileSync(`${path}/package.json`, 'utf8'));
    return `${name} ${version} (${license})\n\n${licenceText(path)}`;
  });
  return licences.join(`\n${'-'.repeat(80)}\n\n`);
}

function licenceText(path) {
  for (const name of ['LICENSE', 'license', 'LICENSE.md', 'LICENCE', 'License']) {
    try {
      return readFileSync(`${path}/${name}`, 'utf8');
    } catch {}
  }
  return '';
}
