/** What was last submitted to a scheduler, kept so that `overtrain status` can name the command that does the rest. */
export interface Submission {
  /** The sweep file, an absolute path. */
  readonly file: string;
  readonly shards: number;
  /** What the user gave to `sbatch`. */
  readonly options: readonly string[];
  /** Numbers of the jobs, the array's and the merge's. */
  readonly jobs: readonly string[];
}

/** Its name in the folder of the sweep. */
export const submissionFile = 'submitted.json';
