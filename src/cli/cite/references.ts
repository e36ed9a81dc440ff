import { readFileSync } from 'node:fs';
import { backendRecord } from '../../sim/backends/backend-list.js';
import { versions } from '../../sim/backends/versions.js';
import type { RunDocument } from '../../sim/scenario/run-document.js';
import type { Scenario } from '../../sim/scenario/scenario.js';
import { claims } from '../../theory/claims/all-claims.js';

export type Reference = ReturnType<typeof entry>;

const entries = new Map(
  readFileSync(new URL('../../../references.bib', import.meta.url), 'utf8')
    .match(/^@[\s\S]*?^\}/gm)!
    .map((bibtex) => [/\{(\w+),/.exec(bibtex)![1]!, bibtex]),
);

function entry(key: string) {
  return { key, bibtex: entries.get(key)! };
}

/** The works from which oracles and theorems come, each with how the origin of a claim names it. */
export const theoryWorks: Readonly<Record<string, RegExp>> = {
  saxe2014exact: /Saxe(?:, McClelland and Ganguli| et al\.) 2014/,
  gidel2019implicit: /Gidel(?:, Bach and Lacoste-Julien| et al\.) 2019/,
  arora2018optimization: /Arora et al\. 2018/,
  tarmoun2021understanding: /Tarmoun et al\. 2021/,
  fukumizu1998effect: /Fukumizu 1998/,
  braun2022exact: /Braun et al\. 2022/,
  domine2024lazy: /Dominé et al\. 2024/,
  eckart1936approximation: /Eckart and Young \(1936\)/,
  mulayoff2020unique: /Mulayoff and Michaeli 2020/,
  nichol2018first: /Nichol, Achiam and Schulman 2018|Nichol et al\. 2018/,
  srebro2004maximum: /Srebro, Rennie and Jaakkola 2004/,
  cai2010singular: /Cai, Candès and Shen 2010/,
};

const OPTIMIZERS = {
  momentum: 'polyak1964some',
  adam: 'kingma2015adam',
  'sign-descent': 'bernstein2018signsgd',
  muon: 'jordan2024muon',
} as const;

/** The packages that a run rests on, by the key of their entry. */
const SOFTWARE = { overtrain: 'overtrain', mlmatrix: 'ml-matrix', gpujs: 'gpu.js' } as const;

/** The software that a run rests on. Versions may come from a file: only what looks like one goes into BibTeX. No backend: of no run. */
export function softwareReferences(
  versions: Readonly<Record<string, string>>,
  backend: string | undefined,
): readonly Reference[] {
  const usesGpuJs = backend === undefined || backendRecord(backend)?.isGpuJs === true;
  return Object.entries(SOFTWARE).flatMap(([key, name]) => {
    if (key === 'gpujs' && !usesGpuJs) return [];
    const found = Object.hasOwn(versions, name) ? versions[name]! : '';
    const version = /^[\w.+-]{1,40}$/.test(found) ? found : 'unknown';
    return [{ key, bibtex: entry(key).bibtex.replace('VERSION', version) }];
  });
}

function methodsOf({ params, compute }: RunDocument): readonly string[] {
  if (compute.engine === 'exact') return [];
  const { optimizer, optimizers } = params as { readonly optimizer?: unknown; readonly optimizers?: unknown };
  const names: readonly unknown[] = Array.isArray(optimizers) ? optimizers : [optimizer];
  const isDrawn = 'replicates' in params || compute.engine === 'matrix';
  return [
    'higham2019probabilistic',
    ...(isDrawn ? ['salmon2011parallel'] : []),
    ...Object.entries(OPTIMIZERS).flatMap(([name, key]) => (names.includes(name) ? [key] : [])),
    ...('weightDecay' in params ? ['loshchilov2019decoupled'] : []),
  ];
}

export function allReferences(): readonly Reference[] {
  const works = [...entries.keys()].filter((key) => !(key in SOFTWARE)).map(entry);
  return [...works, ...softwareReferences(versions(), undefined)];
}

/** What a run rests on: the paper, the works its claims come from, the methods that it used, the software. */
export function referencesOf(run: RunDocument, scenario: Scenario | undefined): readonly Reference[] {
  // Every closed form of pre-training is T0's.
  const concerned = new Set(['T0', ...(scenario?.claims ?? []), ...run.checks.map(({ claim }) => claim)]);
  const origins = claims.filter(({ id }) => concerned.has(id)).map(({ origin }) => origin);
  const works = Object.keys(theoryWorks).filter((key) => origins.some((origin) => theoryWorks[key]!.test(origin)));
  const keys = ['springer2025overtrained', ...works, ...methodsOf(run)];
  return [...keys.map(entry), ...softwareReferences(run.versions, run.compute.backend)];
}
