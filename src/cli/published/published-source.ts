/** A paper whose figures a run can be set beside. */
export interface PublishedSource {
  /** How `compare` calls it. */
  readonly id: string;
  readonly title: string;
  readonly arxiv: string;
  /** Values as read from the figures' vector marks; for orderings, signs and plateaus only. */
  readonly figures: Readonly<Record<string, PublishedFigure>>;
}

/** What one figure shows. */
export interface PublishedFigure {
  readonly observed: string;
  /** Series by name, each the values in order of the x axis, which is a series, too. */
  readonly series: Readonly<Record<string, readonly number[]>>;
}
