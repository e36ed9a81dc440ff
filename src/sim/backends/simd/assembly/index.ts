/* What a module exports: every kernel in one precision, `real`, which is f32 or f64 (see scripts/build-kernels.mjs). */
export { descendModes } from './descend-modes';
export { descendNetworks } from './descend-networks';
export { copied } from './entries';
export { diagonalMoments, moments, noiseProducts, tallyOf as tally } from './moments';
export { drawNoise } from './noise';
export { runProgram } from './run-program';
