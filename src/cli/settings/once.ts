import { InvalidInputError } from '../../theory/invalid-input.js';

/** Refuses an option that is given twice, since one of the two would be lost without a word. */
export function once(option: string): (value: string, before: string | undefined) => string {
  return (value, before) => {
    if (before === undefined) return value;
    throw new InvalidInputError(option, value, `the option once; it is ${before} already`);
  };
}
