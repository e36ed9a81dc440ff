/** A device that is not there or not acceptable, with what to install or do. */
export class MissingDevice extends Error {
  override readonly name = 'MissingDevice';

  constructor(
    problem: string,
    readonly remedy: string,
  ) {
    super(problem);
  }
}
