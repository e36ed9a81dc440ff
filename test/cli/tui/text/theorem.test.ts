import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { asciiText } from '../../../../src/cli/output/terminal.js';
import { plainMath, readTheorems } from '../../../../src/cli/tui/text/theorem.js';
import { claims } from '../../../../src/theory/claims/all-claims.js';

const theorems = readTheorems(readFileSync(new URL('../../../../proofs.md', import.meta.url), 'utf8'));

describe.each(claims.map(({ id, title }) => [id, title] as const))('%s', (id, title) => {
  const theorem = theorems.get(id)!;

  test('is read with its title, statement and proof', () => {
    expect(theorem.title).toBe(title);
    expect(theorem.paragraphs[0]).toMatch(/^Statement\. /);
    expect(theorem.paragraphs.some((text) => text.startsWith('Proof.'))).toBe(true);
  });

  test('has no marks of LaTeX or Markdown left, and every sign has an ASCII form', () => {
    const text = theorem.paragraphs.join('\n');
    expect(text).not.toMatch(/\\|\$|\*\*|\b(frac|sqrt|mathrm|top)\b/);
    expect([...text].filter((sign) => sign > '~' && asciiText(sign) === '?')).toEqual([]);
  });
});

test.each([
  ['$\\dot W_1 = -2(W-A)W_2^\\top$', 'W′_1 = -2(W-A)W_2ᵀ'],
  ['$\\frac{a+1}{b}\\le\\tfrac12$', '(a+1)/b ≤ 1/2'],
  ['$\\frac\\sigma\\kappa + \\sqrt{x^2}$', 'σ/κ + √(x²)'],
  ['$\\{i : s_i > e^{-2\\tau}\\}$', '{i : s_i > e^(-2τ)}'],
  ['costs $c$ and *no* more', 'costs c and *no* more'],
])('%s is written %s', (markdown, plain) => {
  expect(plainMath(markdown)).toBe(plain);
});
