const REPLACEMENTS: ReadonlyMap<string, string> = new Map([
  ['α', 'alpha'],
  ['β', 'beta'],
  ['δ', 'delta'],
  ['κ', 'kappa'],
  ['μ', 'mu'],
  ['Δ', 'Delta'],
  ['γ', 'gamma'],
  ['η', 'eta'],
  ['θ', 'theta'],
  ['λ', 'lambda'],
  ['σ', 'sigma'],
  ['Σ', 'Sigma'],
  ['τ', 'tau'],
  ['φ', 'phi'],
  ['ε', 'epsilon'],
  ['≤', '<='],
  ['≥', '>='],
  ['≠', '!='],
  ['≈', '~'],
  ['∞', 'inf'],
  ['±', '+-'],
  ['×', 'x'],
  ['·', '-'],
  ['−', '-'],
  ['–', '-'],
  ['—', '--'],
  // One character for one: it marks cuts in lines that are laid out already.
  ['…', '~'],
  ['′', "'"],
  ['″', "''"],
  ['‖', '||'],
  ['²', '^2'],
  ['³', '^3'],
  ['⁴', '^4'],
  ['½', '1/2'],
  ['¼', '1/4'],
  ['ᵀ', "'"],
  ['⁺', '^+'],
  ['°', ' degrees'],
  ['ℓ', 'l'],
  ['∅', 'the empty set'],
  ['∫', 'int '],
  ['Π', 'prod '],
  ['⋯', '...'],
  ['√', 'sqrt'],
  ['∈', 'in'],
  ['→', '->'],
  ['←', '<-'],
  ['↦', '->'],
  ['⇒', '=>'],
  ['•', '*'],
  ['∎', '(end of proof)'],
  ['∇', 'grad'],
  ['⟨', '<'],
  ['⟩', '>'],
  ['“', '"'],
  ['”', '"'],
  ['’', "'"],
]);

/** A text in ASCII alone, for terminals whose locale is not UTF-8: symbols are spelled out, accents dropped. */
export function asciiText(text: string): string {
  return text.replace(
    /[^\p{ASCII}]/gu,
    (character) => REPLACEMENTS.get(character) ?? withoutAccent(character),
  );
}

function withoutAccent(character: string): string {
  const base = character.normalize('NFD').replace(/\p{Mn}/gu, '');
  return /^\p{ASCII}*$/u.test(base) ? base : '?';
}
