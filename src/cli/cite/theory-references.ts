import type { Reference } from './reference.js';

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
