import { backendRecord } from '../../sim/backends/backend-list.js';
import { versions } from '../../sim/backends/versions.js';
import type { RunDocument } from '../../sim/scenario/run-document.js';
import type { Scenario } from '../../sim/scenario/scenario.js';
import { claims } from '../../theory/claims/all-claims.js';

/** A work that runs may rest on, as a BibTeX entry. */
export interface Reference {
  readonly key: string;
  readonly type: 'article' | 'inproceedings' | 'misc' | 'software';
  /** Fields in the order in which they are printed; in LaTeX, without the outer braces. */
  readonly fields: Readonly<Record<string, string>>;
  /** How the origin of a claim names it; absent for what no claim names. */
  readonly namedAs?: RegExp;
}

/** A reference as BibTeX. */
export function bibtex({ key, type, fields }: Reference): string {
  const lines = Object.entries(fields).map(([name, value]) => `  ${name} = {${value}}`);
  return `@${type}{${key},\n${lines.join(',\n')}\n}`;
}

/**
 * The software that a run rests on.
 *
 * @param versions by name, as a run keeps them
 * @param backend that ran; undefined for a list that is of no run
 */
export function softwareReferences(
  versions: Readonly<Record<string, string>>,
  backend: string | undefined,
): readonly Reference[] {
  const version = (name: string) => (Object.hasOwn(versions, name) ? plain(versions[name]!) : 'unknown');
  const ours: Reference = {
    key: 'overtrain',
    type: 'software',
    fields: {
      title: '{overtrain: a laboratory for the theory of catastrophic overtraining}',
      author: '{The overtrain authors}',
      year: '2026',
      version: version('overtrain'),
    },
  };
  const matrices: Reference = {
    key: 'mlmatrix',
    type: 'software',
    fields: {
      title: '{ml-matrix: matrix manipulation and computation library}',
      author: '{The mljs authors}',
      version: version('ml-matrix'),
      url: 'https://github.com/mljs/matrix',
    },
  };
  const kernels: Reference = {
    key: 'gpujs',
    type: 'software',
    fields: {
      title: '{GPU.js: GPU accelerated JavaScript}',
      author: '{The gpu.js authors}',
      version: version('gpu.js'),
      url: 'https://github.com/gpujs/gpu.js',
    },
  };
  return [ours, matrices, ...(backend === undefined || backendRecord(backend)?.isGpuJs ? [kernels] : [])];
}

/** What a file says goes into BibTeX only as far as it is a version. */
function plain(version: string): string {
  return /^[\w.+-]{1,40}$/.test(version) ? version : 'unknown';
}

/** Rounding errors are bounded by this analysis wherever something was simulated. */
const rounding: Reference = {
  key: 'higham2019probabilistic',
  type: 'article',
  fields: {
    title: '{A new approach to probabilistic rounding error analysis}',
    author: 'Higham, Nicholas J. and Mary, Theo',
    journal: 'SIAM Journal on Scientific Computing',
    volume: '41',
    year: '2019',
  },
};

const randomNumbers: Reference = {
  key: 'salmon2011parallel',
  type: 'inproceedings',
  fields: {
    title: '{Parallel random numbers: as easy as 1, 2, 3}',
    author: 'Salmon, John K. and Moraes, Mark A. and Dror, Ron O. and Shaw, David E.',
    booktitle: 'International Conference for High Performance Computing, Networking, Storage and Analysis (SC)',
    year: '2011',
  },
};

/** By the name of the optimiser. */
const optimizers: Readonly<Record<string, Reference>> = {
  momentum: {
    key: 'polyak1964some',
    type: 'article',
    fields: {
      title: '{Some methods of speeding up the convergence of iteration methods}',
      author: 'Polyak, Boris T.',
      journal: 'USSR Computational Mathematics and Mathematical Physics',
      volume: '4',
      year: '1964',
    },
  },
  adam: {
    key: 'kingma2015adam',
    type: 'inproceedings',
    fields: {
      title: '{Adam: a method for stochastic optimization}',
      author: 'Kingma, Diederik P. and Ba, Jimmy',
      booktitle: 'International Conference on Learning Representations (ICLR)',
      year: '2015',
      eprint: '1412.6980',
      archiveprefix: 'arXiv',
    },
  },
  'sign-descent': {
    key: 'bernstein2018signsgd',
    type: 'inproceedings',
    fields: {
      title: '{signSGD: compressed optimisation for non-convex problems}',
      author: 'Bernstein, Jeremy and Wang, Yu-Xiang and Azizzadenesheli, Kamyar and Anandkumar, Animashree',
      booktitle: 'International Conference on Machine Learning (ICML)',
      year: '2018',
      eprint: '1802.04434',
      archiveprefix: 'arXiv',
    },
  },
  muon: {
    key: 'jordan2024muon',
    type: 'misc',
    fields: {
      title: '{Muon: an optimizer for hidden layers in neural networks}',
      author:
        'Jordan, Keller and Jin, Yuchen and Boza, Vlado and You, Jiacheng and Cesista, Franz and Newhouse, Laker and Bernstein, Jeremy',
      year: '2024',
      url: 'https://kellerjordan.github.io/posts/muon/',
    },
  },
};

const weightDecay: Reference = {
  key: 'loshchilov2019decoupled',
  type: 'inproceedings',
  fields: {
    title: '{Decoupled weight decay regularization}',
    author: 'Loshchilov, Ilya and Hutter, Frank',
    booktitle: 'International Conference on Learning Representations (ICLR)',
    year: '2019',
    eprint: '1711.05101',
    archiveprefix: 'arXiv',
  },
};

/** All of them, for a list that is of no run. */
export const methodReferences: readonly Reference[] = [
  rounding,
  randomNumbers,
  ...Object.values(optimizers),
  weightDecay,
];

/** Methods that a run used: random numbers where it drew any, its optimisers, the analysis of its rounding. */
export function methodsOf({ params, compute }: RunDocument): readonly Reference[] {
  if (compute.engine === 'exact') return [];
  const { optimizer, optimizers: several } = params as { readonly optimizer?: unknown; readonly optimizers?: unknown };
  const names: unknown[] = Array.isArray(several) ? several : [optimizer];
  const own = Object.entries(optimizers).flatMap(([name, reference]) => (names.includes(name) ? [reference] : []));
  const decay = 'weightDecay' in params ? [weightDecay] : [];
  const isDrawn = 'replicates' in params || compute.engine === 'matrix';
  return [rounding, ...(isDrawn ? [randomNumbers] : []), ...own, ...decay];
}

/** The paper whose phenomenon and model everything here studies. */
export const thePaper: Reference = {
  key: 'springer2025overtrained',
  type: 'inproceedings',
  fields: {
    title: '{Overtrained Language Models Are Harder to Fine-Tune}',
    author:
      'Springer, Jacob Mitchell and Goyal, Sachin and Wen, Kaiyue and Kumar, Tanishq and Yue, Xiang and Malladi, Sadhika and Neubig, Graham and Raghunathan, Aditi',
    booktitle: 'International Conference on Machine Learning (ICML)',
    year: '2025',
    eprint: '2503.19206',
    archiveprefix: 'arXiv',
  },
  namedAs: /paper, section/,
};

/** Works from which oracles and theorems come, as `proofs.md` lists them. */
export const theoryReferences: readonly Reference[] = [
  {
    key: 'saxe2014exact',
    type: 'inproceedings',
    fields: {
      title: '{Exact solutions to the nonlinear dynamics of learning in deep linear neural networks}',
      author: 'Saxe, Andrew M. and McClelland, James L. and Ganguli, Surya',
      booktitle: 'International Conference on Learning Representations (ICLR)',
      year: '2014',
      eprint: '1312.6120',
      archiveprefix: 'arXiv',
    },
    namedAs: /Saxe(?:, McClelland and Ganguli| et al\.) 2014/,
  },
  {
    key: 'gidel2019implicit',
    type: 'inproceedings',
    fields: {
      title: '{Implicit regularization of discrete gradient dynamics in linear neural networks}',
      author: 'Gidel, Gauthier and Bach, Francis and Lacoste-Julien, Simon',
      booktitle: 'Advances in Neural Information Processing Systems (NeurIPS)',
      year: '2019',
    },
    namedAs: /Gidel(?:, Bach and Lacoste-Julien| et al\.) 2019/,
  },
  {
    key: 'arora2018optimization',
    type: 'inproceedings',
    fields: {
      title: '{On the optimization of deep networks: implicit acceleration by overparameterization}',
      author: 'Arora, Sanjeev and Cohen, Nadav and Hazan, Elad',
      booktitle: 'International Conference on Machine Learning (ICML)',
      year: '2018',
    },
    namedAs: /Arora et al\. 2018/,
  },
  {
    key: 'tarmoun2021understanding',
    type: 'inproceedings',
    fields: {
      title: '{Understanding the dynamics of gradient flow in overparameterized linear models}',
      author: "Tarmoun, Salma and Fran{\\c{c}}a, Guilherme and Haeffele, Benjamin D. and Vidal, Ren{\\'e}",
      booktitle: 'International Conference on Machine Learning (ICML)',
      year: '2021',
    },
    namedAs: /Tarmoun et al\. 2021/,
  },
  {
    key: 'fukumizu1998effect',
    type: 'inproceedings',
    fields: {
      title: '{Effect of batch learning in multilayer neural networks}',
      author: 'Fukumizu, Kenji',
      booktitle: 'International Conference on Neural Information Processing (ICONIP)',
      year: '1998',
    },
    namedAs: /Fukumizu 1998/,
  },
  {
    key: 'braun2022exact',
    type: 'inproceedings',
    fields: {
      title: '{Exact learning dynamics of deep linear networks with prior knowledge}',
      author: "Braun, Lukas and Domin{\\'e}, Cl{\\'e}mentine and Fitzgerald, James and Saxe, Andrew",
      booktitle: 'Advances in Neural Information Processing Systems (NeurIPS)',
      year: '2022',
    },
    namedAs: /Braun et al\. 2022/,
  },
  {
    key: 'domine2024lazy',
    type: 'misc',
    fields: {
      title: '{From lazy to rich: exact learning dynamics in deep linear networks}',
      author:
        "Domin{\\'e}, Cl{\\'e}mentine and Anguita, Nicolas and Proca, Alexandra and Braun, Lukas and Kunin, Daniel and Mediano, Pedro and Saxe, Andrew",
      year: '2024',
      eprint: '2409.14623',
      archiveprefix: 'arXiv',
    },
    namedAs: /Dominé et al\. 2024/,
  },
  {
    key: 'eckart1936approximation',
    type: 'article',
    fields: {
      title: '{The approximation of one matrix by another of lower rank}',
      author: 'Eckart, Carl and Young, Gale',
      journal: 'Psychometrika',
      volume: '1',
      year: '1936',
    },
    namedAs: /Eckart and Young \(1936\)/,
  },
  {
    key: 'mulayoff2020unique',
    type: 'inproceedings',
    fields: {
      title: '{Unique properties of flat minima in deep networks}',
      author: 'Mulayoff, Rotem and Michaeli, Tomer',
      booktitle: 'International Conference on Machine Learning (ICML)',
      year: '2020',
    },
    namedAs: /Mulayoff and Michaeli 2020/,
  },
  {
    key: 'nichol2018first',
    type: 'misc',
    fields: {
      title: '{On first-order meta-learning algorithms}',
      author: 'Nichol, Alex and Achiam, Joshua and Schulman, John',
      year: '2018',
      eprint: '1803.02999',
      archiveprefix: 'arXiv',
    },
    namedAs: /Nichol, Achiam and Schulman 2018|Nichol et al\. 2018/,
  },
  {
    key: 'srebro2004maximum',
    type: 'inproceedings',
    fields: {
      title: '{Maximum-margin matrix factorization}',
      author: 'Srebro, Nathan and Rennie, Jason and Jaakkola, Tommi',
      booktitle: 'Advances in Neural Information Processing Systems (NIPS)',
      year: '2004',
    },
    namedAs: /Srebro, Rennie and Jaakkola 2004/,
  },
  {
    key: 'cai2010singular',
    type: 'article',
    fields: {
      title: '{A singular value thresholding algorithm for matrix completion}',
      author: 'Cai, Jian-Feng and Cand{\\`e}s, Emmanuel J. and Shen, Zuowei',
      journal: 'SIAM Journal on Optimization',
      volume: '20',
      year: '2010',
    },
    namedAs: /Cai, Candès and Shen 2010/,
  },
];

/** Every reference there is. */
export function allReferences(): readonly Reference[] {
  return [thePaper, ...theoryReferences, ...methodReferences, ...softwareReferences(versions(), undefined)];
}

/**
 * What a run rests on: the paper, the works that the claims it bears on come from, the methods that it used, the software.
 *
 * @param scenario of the run, where this version has it
 */
export function referencesOf(run: RunDocument, scenario: Scenario | undefined): readonly Reference[] {
  const concerned = new Set([...(scenario?.claims ?? []), ...run.checks.map(({ claim }) => claim)]);
  // Every closed form of pre-training is T0's.
  concerned.add('T0');
  const origins = claims.filter(({ id }) => concerned.has(id)).map(({ origin }) => origin);
  const works = theoryReferences.filter(({ namedAs }) => origins.some((origin) => namedAs?.test(origin)));
  return [thePaper, ...works, ...methodsOf(run), ...softwareReferences(run.versions, run.compute.backend)];
}
