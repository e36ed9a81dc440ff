/** A work that runs may rest on, as a BibTeX entry. */
export interface Reference {
  readonly key: string;
  readonly type: 'article' | 'inproceedings' | 'misc' | 'software';
  /** Fields in the order in which they are printed; in LaTeX, without the outer braces. */
  readonly fields: Readonly<Record<string, string>>;
  /** How the origin of a claim names it; absent for what no claim names. */
  readonly namedAs?: RegExp;
}

/** A reference as BibTeX. */
export function bibtex({ key, type, fields }: Reference): string {
  const lines = Object.entries(fields).map(([name, value]) => `  ${name} = {${value}}`);
  return `@${type}{${key},\n${lines.join(',\n')}\n}`;
}
