/**
 * Keeps what the calls of a backend gave, so that a run that was cut off can be run again without computing it anew. Calls are told
 * apart by their number, which a deterministic run repeats, and by a fingerprint of what went in.
 */
export interface CallJournal {
  /** Number of the next call of the run, from 0. */
  nextCall(): number;
  /** What a call gave in an earlier run, bit for bit; undefined where that was not kept. */
  recall(call: number, fingerprint: string): Promise<readonly Float64Array[] | undefined>;
  /**
   * Keeps what a call gave, if that is worth the room.
   *
   * @param elapsed milliseconds that the call took
   */
  keep(call: number, fingerprint: string, result: readonly Float64Array[], elapsed: number): Promise<void>;
}
