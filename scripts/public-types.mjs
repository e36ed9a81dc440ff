// Removes the declarations that no public one leads to: who installs the package has the types of what it exports, and no others.
import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

const dist = new URL('../dist/', import.meta.url);
const wanted = new Set();

function want(file) {
  if (wanted.has(file.href)) return;
  wanted.add(file.href);
  for (const { fileName } of ts.preProcessFile(readFileSync(file, 'utf8')).importedFiles)
    if (fileName.startsWith('.')) want(new URL(fileName.replace(/\.js$/, '.d.ts'), file));
}

for (const door of ['index.d.ts', 'vitest.d.ts']) want(new URL(door, dist));
for (const name of readdirSync(dist, { recursive: true, encoding: 'utf8' })) {
  const file = new URL(name, dist);
  if (name.endsWith('.d.ts') && !wanted.has(file.href)) rmSync(fileURLToPath(file));
}
