import { readFileSync } from 'node:fs';

const NAMES = ['LICENSE', 'license', 'LICENSE.md', 'LICENCE', 'License'];

/** The licences of the packages whose code is in a bundle, in one text. */
export function licencesOf(metafile) {
  const packages = new Set(
    Object.keys(metafile.inputs).flatMap(
      (path) => path.match(/^(?:.*node_modules\/)(@[^/]+\/[^/]+|[^/]+)(?=\/)/)?.[0] ?? [],
    ),
  );
  const licences = [...packages].sort().map((path) => {
    const { name, version, license } = JSON.parse(readFileSync(`${path}/package.json`, 'utf8'));
    return `${name} ${version} (${license})\n\n${licenceText(path)}`;
  });
  return licences.join(`\n${'-'.repeat(80)}\n\n`);
}

function licenceText(path) {
  for (const name of NAMES) {
    try {
      return readFileSync(`${path}/${name}`, 'utf8');
    } catch {}
  }
  return '';
}
