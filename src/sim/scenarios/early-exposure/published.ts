/** Figure 3a of arXiv 2605.12705, read from its vector marks: losses of language models, of which only the order can be compared. */
export const PUBLISHED = {
  mixes: [0, 0.25, 0.5, 0.75, 1],
  sizes: [
    {
      size: '30M',
      retained: [2.1751, 2.0884, 2.0757, 2.0763, 2.0803],
      immediate: [1.7878, 1.7769, 1.7777, 1.7756, 1.7646],
    },
    {
      size: '150M',
      retained: [1.8804, 1.8238, 1.8196, 1.7941, 1.7672],
      immediate: [1.5065, 1.5081, 1.5074, 1.5125, 1.5052],
    },
    {
      size: '300M',
      retained: [1.8071, 1.7458, 1.7193, 1.6959, 1.6824],
      immediate: [1.4046, 1.4065, 1.4023, 1.4055, 1.4024],
    },
  ],
} as const;
