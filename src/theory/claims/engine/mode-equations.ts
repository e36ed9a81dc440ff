import { decay, gap, type Mode, singularValue, timeOfGap, velocity } from '../../mode.js';
import { type Conclusion, equal } from './claim.js';

/**
 * The equations, other than the closed form itself, that determine `s(time)`, the gap, its share and the velocity of a mode
 * on their own, and those that its inverse obeys.
 *
 * @param each the mode
 * @param time gradient-flow time, finite and from 0
 */
export function modeEquations(each: Mode, time: number): Conclusion[] {
  const { sigma, start } = each;
  const value = singularValue(each, time);
  const share = decay(each, time);
  const initial = sigma - start;
  const size = Math.max(sigma, start);
  const rounding = 8 * Number.EPSILON;
  const parts = [
    equal(
      { label: `s + (σ − s(0))·decay of the mode ${sigma} at ${time}`, value: value + initial * share },
      { label: 'σ', value: sigma },
      rounding *
        (4 * size +
          (start > 0 && share > 0 ? (4 * sigma * time + Math.abs(Math.log(start))) * value * share : 0)) +
        Number.MIN_VALUE,
    ),
    equal(
      { label: 'gap', value: gap(each, time) },
      { label: '(σ − s(0))·decay', value: initial * share },
      rounding * Math.abs(initial * share) + Number.MIN_VALUE,
    ),
    equal(
      { label: 'velocity', value: velocity(each, time) },
      { label: '4s(σ − s)', value: 4 * value * gap(each, time) },
      rounding * 4 * Math.abs(value * gap(each, time)) + Number.MIN_VALUE,
    ),
  ];
  if (start === 0) return parts;
  // Where the equation says that the share is a normal double, it has to be.
  if (Math.log(value) - Math.log(start) - 4 * sigma * time > -650)
    parts.push(implicitEquation(each, time, value, share));
  if (4 * sigma * time <= 1) parts.push(linearEquation(each, time, value));
  if (Math.abs(initial * share) > 1e-290) parts.push(...inverseEquations(each, time));
  return parts;
}

/** `ln(s/s(0)) = 4σt + ln decay`: what `d ln s/dt = 4(σ − s)` and `d ln|σ − s|/dt = −4s` have in common. */
function implicitEquation({ sigma, start }: Mode, time: number, value: number, share: number): Conclusion {
  const [end, begin, exponent] = [Math.log(value), Math.log(start), 4 * sigma * time];
  return equal(
    { label: `ln(s/s(0)) − ln decay of the mode ${sigma}`, value: end - begin - Math.log(share) },
    { label: '4σt', value: exponent },
    16 * Number.EPSILON * (4 + Math.abs(end) + Math.abs(begin) + exponent),
  );
}

/** `u = 1/s` solves `u̇ = 4 − 4σu`: its power series, for times at which it converges at once. */
function linearEquation({ sigma, start }: Mode, time: number, value: number): Conclusion {
  let term = 1;
  let sum = 1;
  for (let order = 1; order <= 20; order++) {
    term *= ((order === 1 ? 4 * start - 4 * sigma : -4 * sigma) * time) / order;
    sum += term;
  }
  return equal(
    { label: `s of the mode ${sigma}`, value },
    { label: 's(0)/(1 + 4(s(0) − σ)t + …)', value: start / sum },
    // The terms are at most 4·s(0)·t + 4σt of a sum that is at least their third.
    32 * Number.EPSILON * value,
  );
}

/** `timeOfGap` undoes `gap`, and knows the gaps that the mode never has. */
function inverseEquations(each: Mode, time: number): Conclusion[] {
  const { sigma, start } = each;
  const initial = sigma - start;
  const left = gap(each, time);
  const value = singularValue(each, time);
  // A relative error of the gap is one of dt = −dg/(4sg); s itself is found as σ − g.
  const conditioning = (1 + Math.max(sigma, start) / Math.abs(left) + sigma / value) / (4 * value);
  const exponent = 8 + 4 * sigma * time + Math.abs(Math.log(start));
  return [
    equal(
      { label: `time of the gap ${left} of the mode ${sigma}`, value: timeOfGap(each, left) },
      { label: 'time', value: time },
      8 * Number.EPSILON * (time + exponent * Math.min(conditioning, 1e300)),
    ),
    equal(
      { label: 'time of twice the initial gap', value: timeOfGap(each, 2 * initial) },
      { label: 'time', value: 0 },
      Number.MIN_VALUE,
    ),
    equal(
      {
        label: 'share of the initial gap with the other sign ever reached',
        value: 1 / timeOfGap(each, -initial / 2),
      },
      { label: 'none', value: 0 },
      Number.MIN_VALUE,
    ),
  ];
}
