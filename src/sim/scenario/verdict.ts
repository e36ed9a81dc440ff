/** What the numbers of one run say about a paper that the scenario is about, computed from them and never written by hand. */
export interface Verdict {
  readonly verdict: 'agrees' | 'disagrees' | 'open in the linear model';
  /** The numbers that decided, in one or two sentences. */
  readonly reason: string;
}
