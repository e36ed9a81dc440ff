/** One thing that a paper shows, beside what a run shows. */
export interface Finding {
  /** Figure of the source. */
  readonly figure: string;
  readonly published: string;
  readonly run: string;
  /** `open` where the run alone can neither agree nor disagree. */
  readonly verdict: 'agrees' | 'mismatch' | 'open';
}
