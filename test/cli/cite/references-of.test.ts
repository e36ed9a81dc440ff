import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import {
  allReferences,
  type Reference,
  referencesOf,
  softwareReferences,
  theoryWorks,
} from '../../../src/cli/cite/references.js';
import { scenarios } from '../../../src/sim/scenarios/scenario-list.js';
import { claims } from '../../../src/theory/claims/all-claims.js';
import { runScenario } from '../../support/documents.js';
import { SMALL } from '../../support/scenario-documents.js';
import { call } from '../support/call.js';

const titleOf = ({ bibtex }: Reference) =>
  /^ {2}title = \{(.+)\},?$/m.exec(bibtex)![1]!.replace(/[{}]/g, '').toLowerCase();
const proofs = readFileSync(new URL('../../../proofs.md', import.meta.url), 'utf8');

describe('references', () => {
  it('are those of proofs.md, title for title', () => {
    const listed = proofs.slice(proofs.indexOf('\n# References')).replace(/\s+/g, ' ');
    const titles = [...listed.matchAll(/\*([^*]+)\*/g)].map(([, title]) => title!.toLowerCase());
    const ours = allReferences();
    for (const title of titles) expect(ours.map(titleOf)).toContain(title);
    for (const key of ['springer2025overtrained', ...Object.keys(theoryWorks)])
      expect(titles).toContain(titleOf(ours.find((one) => one.key === key)!));
  });

  it('cover every work that the origin of a claim names', () => {
    for (const { id, origin } of claims) {
      const years = origin.match(/\b(19|20)\d\d\b/g) ?? [];
      const named = Object.values(theoryWorks).filter((namedAs) => namedAs.test(origin));
      expect({ id, named: named.length }).toEqual({ id, named: years.length });
    }
    for (const [key, namedAs] of Object.entries(theoryWorks))
      expect({ key, used: claims.some(({ origin }) => namedAs.test(origin)) }).toEqual({ key, used: true });
  });

  it('are BibTeX: unique keys, balanced braces, ASCII', () => {
    const references = allReferences();
    expect(new Set(references.map(({ key }) => key)).size).toBe(references.length);
    for (const { bibtex: text } of references) {
      expect(text).toMatch(/^@(article|inproceedings|misc|software)\{\w+,\n( {2}\w+ = \{[^\n]+\},?\n)+\}$/);
      expect(text).toMatch(/^\p{ASCII}+$/u);
      let depth = 0;
      for (const character of text) {
        depth += character === '{' ? 1 : character === '}' ? -1 : 0;
        expect(depth).toBeGreaterThanOrEqual(0);
      }
      expect(depth).toBe(0);
    }
  });

  it('of a file that says something else than a version are not fooled', () => {
    const [ours] = softwareReferences({ overtrain: '1.0}, evil = {' }, 'host');
    expect(ours!.bibtex).toContain('version = {unknown}');
  });
});

describe('what a run rests on', () => {
  const keysOf = async (id: string, settings: Record<string, string>, context = {}) => {
    const scenario = scenarios.find((one) => one.id === id)!;
    const document = await runScenario(scenario, settings, context);
    return referencesOf(document, scenario).map(({ key }) => key);
  };

  it('is the paper and the closed form of T0 always, and no method where nothing was simulated', async () => {
    expect(await keysOf('gaussian', { dim: '3' }, { engine: 'exact' })).toEqual([
      'springer2025overtrained',
      'saxe2014exact',
      'overtrain',
      'mlmatrix',
    ]);
  });

  it('is the Riccati oracle for rotated tasks, and gpu.js where it ran', async () => {
    const settings = { dim: '4', times: 'log:0.5:20:3' };
    const keys = await keysOf('finetune', settings, { backend: 'cpu' });
    for (const key of ['fukumizu1998effect', 'braun2022exact', 'domine2024lazy', 'gpujs']) expect(keys).toContain(key);
  });

  it('is the optimiser that ran and no other', async () => {
    const settings = { ...SMALL.schedules, optimizer: 'muon' };
    const keys = await keysOf('schedules', settings);
    expect(keys).toContain('jordan2024muon');
    expect(keys).toContain('salmon2011parallel');
    expect(keys).not.toContain('kingma2015adam');
  });
});

it('overtrain cite prints them all without a folder', async () => {
  const { code, stdout } = await call(['cite']);
  expect(code).toBe(0);
  expect(stdout.match(/^@/gm)).toHaveLength(allReferences().length);
  expect((await call(['cite', '/nowhere'])).stderr).toMatch(/^overtrain: folder: "\/nowhere" [^\n]+\n$/);
});
