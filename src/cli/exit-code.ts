/** Exit codes that scripts rest on. */
export const exitCode = {
  /** Done, and every claim that was checked holds. */
  done: 0,
  /** A claim is refuted or a check failed. */
  refuted: 1,
  /** The request is wrong; stderr has one line on it. */
  invalid: 2,
  /** A defect of ours (EX_SOFTWARE of sysexits.h). */
  defect: 70,
  /** Interrupted by Ctrl-C or SIGTERM. */
  interrupted: 130,
} as const;
