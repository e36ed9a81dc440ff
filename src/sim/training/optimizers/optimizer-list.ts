import { adam } from './adam.js';
import { gradientDescent } from './gradient-descent.js';
import { momentum } from './momentum.js';
import { muon } from './muon.js';
import type { Optimizer } from './optimizer.js';
import { signDescent } from './sign-descent.js';

/** All optimisers, plain descent first. */
export const optimizers: readonly Optimizer[] = [gradientDescent, momentum, adam, signDescent, muon];

/** The optimiser of a name; the schema of the parameter knows the names, so that another is a defect. */
export function optimizerNamed(name: string): Optimizer {
  const found = optimizers.find((optimizer) => optimizer.name === name);
  if (found === undefined) throw new Error(`no optimiser is called ${name}`);
  return found;
}
