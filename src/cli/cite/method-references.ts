import type { RunDocument } from '../../sim/scenario/run-document.js';
import type { Reference } from './reference.js';

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
    booktitle:
      'International Conference for High Performance Computing, Networking, Storage and Analysis (SC)',
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
  const { optimizer, optimizers: several } = params as {
    readonly optimizer?: unknown;
    readonly optimizers?: unknown;
  };
  const names: unknown[] = Array.isArray(several) ? several : [optimizer];
  const own = Object.entries(optimizers).flatMap(([name, reference]) =>
    names.includes(name) ? [reference] : [],
  );
  const decay = 'weightDecay' in params ? [weightDecay] : [];
  const isDrawn = 'replicates' in params || compute.engine === 'matrix';
  return [rounding, ...(isDrawn ? [randomNumbers] : []), ...own, ...decay];
}
