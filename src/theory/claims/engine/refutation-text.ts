import type { ClaimResult } from './check-claim.js';
import type { Claim, Conclusion } from './claim.js';

/** Why a claim does not hold, in lines for a person: counterexample, both sides, and how to replay it. */
export function refutationText<Case>(claim: Claim<Case>, result: ClaimResult<Case>): string {
  if (result.counterexample === null) {
    return `${claim.id}: only ${result.met} of ${result.cases} cases met its hypotheses, too few to say anything`;
  }
  const { instance, conclusion } = result.counterexample;
  return [
    `${claim.id} is refuted: ${claim.statement}`,
    `  ${plainWords(instance)}`,
    `  ${bothSides(conclusion)}`,
    `  replay with seed ${result.seed} and path ${result.path}`,
  ].join('\n');
}

/** A plain value in words: `modes: sigma 1, start 0; sigma 2, start 1 · time 0.5`. */
export function plainWords(value: unknown): string {
  if (Array.isArray(value)) {
    const nested = value.some((part) => typeof part === 'object' && part !== null);
    return value.length === 0 ? 'none' : value.map(plainWords).join(nested ? '; ' : ', ');
  }
  if (typeof value !== 'object' || value === null) return String(value);
  const fields = Object.entries(value).map(([name, field]) => {
    const isCompound = typeof field === 'object' && field !== null;
    return `${wordsOf(name)}${isCompound ? ': ' : ' '}${plainWords(field)}`;
  });
  const isFlat = Object.values(value).every((field) => typeof field !== 'object' || field === null);
  return fields.join(isFlat ? ', ' : ' · ');
}

/** Both sides of a conclusion that failed, with the tolerance it was judged at. */
export function bothSides({ left, relation, right, tolerance, failure }: Conclusion): string {
  if (failure !== undefined) return `not evaluated: ${failure}`;
  const opposite = { '=': '≠', '≤': '>', '<': '≥', '≥': '<', '>': '≤' }[relation];
  return `${left.label} = ${sixDigits(left.value)} ${opposite} ${sixDigits(right.value)} = ${right.label} (tolerance ${tolerance.toPrecision(2)})`;
}

function sixDigits(value: number): string {
  return String(Number(value.toPrecision(6)));
}

/** `extraRows` as `extra rows`. */
function wordsOf(name: string): string {
  return name.replace(
    /([a-z])([A-Z])/g,
    (_, before: string, after: string) => `${before} ${after.toLowerCase()}`,
  );
}
