import { expect, test } from 'vitest';
import { cardLines } from '../../../src/cli/doctor/diagnosis.js';

const measured = {
  device: 'a card, driver 1',
  rates: { card: 2e12, simd: 8e10, pass: 1e-5 },
  threshold: { flops: 1.74e11, flopsPerPass: 1.7e6 },
  file: '/cache/rates.json',
  detail: 'what was measured',
};
const never = { flops: Number.POSITIVE_INFINITY, flopsPerPass: Number.POSITIVE_INFINITY };

test('the diagnosis says from how much work on a card is taken, and where that is kept', () => {
  expect(cardLines(measured)).toEqual([
    'a card, driver 1',
    'auto uses it for more than 170 GFLOP of descent, plus 0.0017 GFLOP per launch (what was measured)',
    'saved in /cache/rates.json',
  ]);
  const slow = cardLines({ ...measured, threshold: never, file: null });
  expect(slow.slice(1)).toEqual(['auto never uses it (what was measured)', 'measured again each time']);
});

test('the diagnosis says why there is no threshold', () => {
  const failed = { device: 'a card', rates: null, threshold: null, file: null, detail: 'device lost' };
  expect(cardLines(failed).at(-1)).toContain('could not be measured: device lost');
  expect(cardLines(null)).toEqual(['none, so auto always uses the processor']);
});
