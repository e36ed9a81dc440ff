import type { Verdict } from '../../scenario/verdict.js';

/** What of the published pattern one cell shows. */
export interface Pattern {
  readonly isBetween: boolean;
  /** Gain from the base network minus gain from the fine-tuned one. */
  readonly gainDifference: number;
  /** Final loss from the base network minus that from the fine-tuned one. */
  readonly endDifference: number;
  /** Alignment loss of the base network before. */
  readonly scale: number;
}

/** How many cells show what. */
export interface PatternCount {
  readonly cells: number;
  readonly gain: number;
  readonly end: number;
  readonly both: number;
  /** Those that gain more from the fine-tuned network, or end better from the base network. */
  readonly opposite: number;
}

/** Differences below this share of the loss that alignment starts from are none. */
const NOTICEABLE = 1e-3;

/** Counts the cells that gain more from the base network, those that end better from the fine-tuned one, and those that do both. */
export function countPatterns(cells: readonly Pattern[]): PatternCount {
  const gain = cells.filter(({ gainDifference, scale }) => gainDifference > NOTICEABLE * scale);
  const end = cells.filter(({ endDifference, scale }) => endDifference > NOTICEABLE * scale);
  const both = gain.filter((cell) => end.includes(cell));
  const opposite = cells.filter(
    ({ gainDifference, endDifference, scale }) =>
      Math.min(gainDifference, endDifference) < -NOTICEABLE * scale,
  );
  return {
    cells: cells.length,
    gain: gain.length,
    end: end.length,
    both: both.length,
    opposite: opposite.length,
  };
}

/**
 * Whether alignment gains more from the base network and ends better from the fine-tuned one, where fine-tuning was a step on the
 * way to alignment, as the paper's order of stages has it.
 */
export function alignmentVerdict(cells: readonly Pattern[]): Verdict {
  const inside = countPatterns(cells.filter(({ isBetween }) => isBetween));
  const outside = countPatterns(cells.filter(({ isBetween }) => !isBetween));
  const reason =
    `where the fine-tuned network lies between, ${inside.both} of ${inside.cells} cells gain more from the base network and end better from the fine-tuned one, and ${inside.opposite} show an opposite; ` +
    `elsewhere ${outside.both} of ${outside.cells} do, and ${outside.opposite} show an opposite`;
  if (inside.cells > 0 && inside.both === inside.cells) return { verdict: 'agrees', reason };
  const isOpposite = inside.both === 0 && inside.opposite > 0;
  return { verdict: isOpposite ? 'disagrees' : 'open in the linear model', reason };
}
