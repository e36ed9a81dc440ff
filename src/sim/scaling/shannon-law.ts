import { combinations, type ScalingLaw } from './scaling-law.js';

const NAMES = ['a', 'alpha', 'beta', 'c', 'gamma', 'd', 'delta', 'e'] as const;
const EXPONENTS: ReadonlySet<string> = new Set(['alpha', 'beta', 'gamma', 'delta']);

/** `ln C` for a = 1 where signal and the three kinds of noise are alike. */
const STARTING_CAPACITY = -Math.log(Math.log2(4 / 3));

/**
 * The law of arXiv 2605.23901: the loss is one over the capacity of a channel with bandwidth `aN^α`, signal `D^β` and noise
 * `c(DN)^γ + dD^δ + e`.
 *
 * The paper's law has a factor b on the signal. Only the ratio of signal to noise counts, so that b cannot be found from any data
 * beside c, d and e; it is 1 here.
 */
export const shannonLaw: ScalingLaw = {
  name: 'shannon',
  formula: 'L = 1/C, C = a N^alpha log2(1 + D^beta/(c (DN)^gamma + d D^delta + e))',
  parameters: NAMES.map((name) => ({ name, kind: EXPONENTS.has(name) ? 'exponent' : 'coefficient' })),
  starts: (level) =>
    combinations([[STARTING_CAPACITY - level], [0.2, 0.8], [0.7, 2], [0], [0.3, 1.2], [0], [0.3, 1.2], [0]]),
  logLoss([a, alpha, beta, c, gamma, d, delta, e], logSize, logData) {
    const both = logSize + logData;
    const [logJoint, logOwn, logConstant] = [c! + gamma! * both, d! + delta! * logData, e!];
    const most = Math.max(logJoint, logOwn, logConstant);
    const joint = Math.exp(logJoint - most);
    const own = Math.exp(logOwn - most);
    const constant = Math.exp(logConstant - most);
    const sum = joint + own + constant;
    const logRatio = beta! * logData - most - Math.log(sum);
    const { log, slope } = logCapacity(logRatio);
    const [byJoint, byOwn] = [(slope * joint) / sum, (slope * own) / sum];
    return {
      value: -a! - alpha! * logSize - log + Math.log(Math.LN2),
      gradient: [
        -1,
        -logSize,
        -slope * logData,
        byJoint,
        byJoint * both,
        byOwn,
        byOwn * logData,
        (slope * constant) / sum,
      ],
    };
  },
  inUnits([a, alpha, beta, c, gamma, d, delta, e], logSizeUnit, logDataUnit) {
    const signal = beta! * logDataUnit;
    return [
      a! - alpha! * logSizeUnit,
      alpha!,
      beta!,
      c! - gamma! * (logSizeUnit + logDataUnit) + signal,
      gamma!,
      d! - delta! * logDataUnit + signal,
      delta!,
      e! + signal,
    ];
  },
};

/** Below this, `ln(1 + x)` is x to the last bit. */
const FAINT = -40;
/** Above this, `1 + x` is x to the last bit. */
const LOUD = 40;

/** `ln ln(1 + x)` for `x = e^logRatio`, and its derivative by logRatio. */
function logCapacity(logRatio: number): { log: number; slope: number } {
  if (logRatio < FAINT) return { log: logRatio, slope: 1 };
  if (logRatio > LOUD) return { log: Math.log(logRatio), slope: 1 / logRatio };
  const ratio = Math.exp(logRatio);
  const capacity = Math.log1p(ratio);
  return { log: Math.log(capacity), slope: ratio / (1 + ratio) / capacity };
}
