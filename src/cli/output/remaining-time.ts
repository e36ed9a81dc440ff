/** How fast work goes, smoothed so that the time left does not jump with every step. */
export class RemainingTime {
  private lastDone = 0;
  private lastTime: number;
  private pace: number | undefined;

  /**
   * @param now start of the work, in milliseconds
   * @param memory time in milliseconds over which the pace is averaged
   */
  constructor(
    now: number,
    private readonly memory = 5_000,
  ) {
    this.lastTime = now;
  }

  /** Takes note that `done` parts are finished at the time `now`. Work that starts over is measured afresh. */
  update(done: number, now: number): void {
    if (done < this.lastDone) {
      this.lastDone = 0;
      this.pace = undefined;
    }
    const elapsed = now - this.lastTime;
    if (elapsed <= 0 || done === this.lastDone) return;
    const current = (done - this.lastDone) / elapsed;
    const weight = 1 - Math.exp(-elapsed / this.memory);
    this.pace = this.pace === undefined ? current : this.pace + weight * (current - this.pace);
    this.lastDone = done;
    this.lastTime = now;
  }

  /** Parts that are finished in a second, or undefined as long as nothing is known. */
  get perSecond(): number | undefined {
    return this.pace === undefined ? undefined : 1000 * this.pace;
  }

  /** Milliseconds until `total` parts are done, or undefined as long as nothing is known. */
  until(total: number): number | undefined {
    if (this.pace === undefined || this.pace <= 0) return undefined;
    return Math.max(0, total - this.lastDone) / this.pace;
  }
}

/** A duration for reading: `4 s`, `3 min 20 s`, `2 h 5 min`. */
export function durationText(milliseconds: number): string {
  const seconds = Math.ceil(milliseconds / 1000);
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return seconds % 60 === 0 ? `${minutes} min` : `${minutes} min ${seconds % 60} s`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
