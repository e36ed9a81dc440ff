import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { claims } from '../../../src/theory/claims/all-claims.js';

const text = readFileSync(new URL('../../../proofs.md', import.meta.url), 'utf8');

/** Sections under a heading such as `## T1-depth — Deep networks`, by claim id. */
const sections = new Map(
  text
    .split(/^## /m)
    .slice(1)
    .map((section): [string, string] => [section.slice(0, section.indexOf('\n')), section])
    .filter(([heading]) => /^T\d/.test(heading)),
);

describe('proofs.md', () => {
  test('has one heading for every claim and no other, in the same order', () => {
    expect([...sections.keys()]).toEqual(claims.map(({ id, title }) => `${id} — ${title}`));
  });

  test.each(claims)('states and proves $id as the claim object does', ({ id, title, statement, hypotheses }) => {
    const section = sections.get(`${id} — ${title}`) ?? '';
    expect(section).toContain(`**Statement.** ${statement}\n`);
    const stated = [...section.matchAll(/^- \*([^*]+)\*: (.+)$/gm)].map(([, name, what]) => ({ name, what }));
    expect(stated).toEqual(hypotheses.map(({ name, statement: what }) => ({ name, what })));
    for (const part of ['**Origin.**', '**Proof.**', '**Caveats.**']) expect(section).toContain(part);
    const proof = section.slice(section.indexOf('**Proof.**'), section.indexOf('**Caveats.**'));
    expect(proof.length).toBeGreaterThan(200);
  });

  test('quotes no theorem number as the paper’s', () => {
    expect(text).not.toMatch(/(theorem|lemma|proposition|corollary)\s+\d/i);
  });

  test('has maths that a code host renders: dollars in pairs, no macros of its own', () => {
    const prose = text.replace(/`[^`]*`/g, '');
    expect((prose.match(/\$\$/g) ?? []).length % 2).toBe(0);
    expect((prose.replace(/\$\$[\s\S]*?\$\$/g, '').match(/\$/g) ?? []).length % 2).toBe(0);
    expect(prose).not.toMatch(/\\(newcommand|def|operatorname\*|bm)\b/);
  });
});

describe('claims', () => {
  test('have ids of their own', () => {
    expect(new Set(claims.map(({ id }) => id)).size).toBe(claims.length);
  });
});
