import type { Verdict } from '../../scenario/verdict.js';

/** A network after post-training and after fine-tuning, as the run has it: simulated, or of theory where nothing was. */
export interface ExposedLosses {
  readonly mix: number;
  readonly immediate: number;
  readonly retained: number;
}

/** Losses within this share of each other are alike; the published immediate losses are within 1.3 % of each other. */
const ALIKE = 0.013;

/**
 * Whether exposure lowers the retained loss at no higher an immediate one, as the paper has it, and by how much fine-tuning raises
 * the loss with and without it.
 *
 * @param matched networks whose post-training stopped at the loss that the first reached
 * @param fixed networks with equal numbers of steps
 * @param threshold share of exposure at which specialised modes are learned
 */
export function exposureVerdict(
  matched: readonly ExposedLosses[],
  fixed: readonly ExposedLosses[],
  threshold: number,
): Verdict {
  const [without] = matched;
  const exposed = matched.filter(({ mix }) => mix > threshold);
  if (without === undefined || without.mix !== 0 || exposed.length === 0) {
    const reason = `no mixture of the run lies above the threshold ${short(threshold)} beside one without exposure`;
    return { verdict: 'open in the linear model', reason };
  }
  const lower = exposed.every(({ retained }) => retained < (1 - ALIKE) * without.retained);
  const alike = exposed.every(({ immediate }) => immediate <= (1 + ALIKE) * without.immediate);
  const rise = ({ immediate, retained }: ExposedLosses) => retained - immediate;
  const [first, last] = [exposed[0]!, exposed.at(-1)!];
  const equalSteps = fixed.filter(({ mix }) => mix === 0 || mix === last.mix).map(rise);
  return {
    verdict: lower && alike ? 'agrees' : 'disagrees',
    reason:
      `at no higher an immediate loss the retained loss is ${short(without.retained)} without exposure and ${distinct([first.retained, last.retained], ' to ')} above the threshold ${short(threshold)}; ` +
      `fine-tuning raises the loss by ${short(rise(without))} without exposure, ${short(rise(first))} at a share of ${short(first.mix)} and ${short(rise(last))} at ${short(last.mix)}; ` +
      `after equal numbers of post-training steps by ${distinct(equalSteps, ' and ')}, so that exposure saves nothing there`,
  };
}

function distinct(values: readonly number[], joint: string): string {
  return [...new Set(values.map(short))].join(joint);
}

function short(value: number): string {
  return String(Number(value.toPrecision(3)));
}
