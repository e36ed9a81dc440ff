import type { TrainingRule } from './optimizer.js';

/**
 * What an optimiser needs of a backend: arithmetic on batches of matrices, one matrix for each network of an ensemble. An
 * optimiser is written once against it and then runs in float64 on the host or as kernels on a device.
 *
 * `Batch` stands for matrices of one shape, wherever they are. Scalars that depend on the step are named; see
 * `Optimizer.coefficients`.
 */
export interface MatrixArithmetic<Batch> {
  /** `X Y`. */
  product(left: Batch, right: Batch): Batch;
  /** `X Yᵀ`. */
  productWithTransposed(left: Batch, right: Batch): Batch;
  /** `Xᵀ Y`. */
  productOfTransposed(left: Batch, right: Batch): Batch;
  /** `a X + b Y`. */
  combination(a: string, left: Batch, b: string, right: Batch): Batch;
  /** Entry by entry, `x y`. */
  entryProducts(left: Batch, right: Batch): Batch;
  /** Entry by entry, −1, 0 or 1. */
  signs(batch: Batch): Batch;
  /** Entry by entry, `x / (√y + ε)`. */
  overRoot(numerator: Batch, squares: Batch, epsilon: number): Batch;
  /** `X / (‖X‖ + ε)` in the Frobenius norm, each matrix by its own. */
  normalized(batch: Batch, epsilon: number): Batch;
  /** Both over the norm that they have together, `√(‖X‖² + ‖Y‖²) + ε`, each network by its own. */
  normalizedTogether(left: Batch, right: Batch, epsilon: number): readonly [Batch, Batch];
  /** `X C` with `C` the second moments of the inputs that this step of each network has seen; `X` itself for the expectation. */
  throughInputs(batch: Batch): Batch;
  /** `W − factor · η · X`, η being the learning rate of this step and network; at rate 0 nothing changes, whatever overflows. */
  descended(weights: Batch, direction: Batch, factor: number): Batch;
}

/** What a backend computes; values cross its door in float64, whatever it computes in. */
export interface BackendCalls {
  /**
   * Gradient descent on the full matrices, all networks at once: for every rate in turn, every network makes one
   * simultaneous step of both layers on `‖W1 W2 − A‖²`. The input is left as it is.
   */
  descendNetworks(batch: NetworkBatch, rates: readonly number[]): Promise<Weights>;
  /**
   * Steps of any optimiser on the full matrices, all networks at once, by gradients of the loss on what inputs each step
   * saw. The input is left as it is.
   */
  optimizeNetworks(networks: OptimizedNetworks, run: OptimizerRun): Promise<OptimizedNetworks>;
  /** The scalar recurrence of T0, all modes of all networks at once, one step per rate. Returns the new factors. */
  descendModes(batch: ModeBatch, rates: readonly number[]): Promise<Float64Array>;
  /**
   * The five inner products of every network under every draw of noise, `MOMENTS` numbers for (network, replicate) in
   * row-major order; see `excess.ts` for what they are.
   */
  perturbationMoments(networks: PerturbedNetworks, noise: NoiseBatch): Promise<Float64Array>;
}

/**
 * A backend is a place where ensembles of networks live and are advanced: an array library, a compiled kernel on the
 * processor, a graphics card. It knows linear algebra and nothing of the theory: which networks, which rates and which
 * noise are the engines' business.
 *
 * Adding a backend is adding one file with its record and one line in `backend-list.ts`; the conformance suite then runs on
 * it unchanged.
 */
export interface Backend extends BackendCalls {
  readonly name: string;
  readonly precision: 'f32' | 'f64';
  /** What computes, in words for the record. */
  readonly device: string;
  /** Frees threads and device memory; the backend cannot be used afterwards. */
  dispose(): Promise<void>;
}

type Inputs = { [Name in keyof BackendCalls]: Parameters<BackendCalls[Name]> };
type Results = { [Name in keyof BackendCalls]: Awaited<ReturnType<BackendCalls[Name]>> };

/** A call of a backend as data: which, and on what. */
export type BackendCall = {
  [Name in keyof BackendCalls]: { readonly name: Name; readonly inputs: Inputs[Name] };
}[keyof BackendCalls];

/** What a call of a backend gives. */
export type CallResult = Results[keyof BackendCalls];

/** Makes a call of a backend. */
export function make<Name extends keyof BackendCalls>(
  backend: { [Each in keyof BackendCalls]: (...inputs: Inputs[Each]) => Promise<Results[Each]> },
  { name, inputs }: { readonly name: Name; readonly inputs: Inputs[Name] },
): Promise<Results[Name]> {
  return backend[name](...inputs);
}

/**
 * The same backend, except that its calls are answered by a function, which has to give what the backend would: whatever
 * records, splits, packs or interrupts calls is such a function.
 */
export function answering(backend: Backend, answer: (call: BackendCall) => Promise<CallResult>): Backend {
  const call =
    <Name extends keyof BackendCalls>(name: Name) =>
    (...inputs: Inputs[Name]) =>
      answer({ name, inputs } as BackendCall) as Promise<Results[Name]>;
  return {
    ...backend,
    dispose: () => backend.dispose(),
    descendNetworks: call('descendNetworks'),
    optimizeNetworks: call('optimizeNetworks'),
    descendModes: call('descendModes'),
    perturbationMoments: call('perturbationMoments'),
  };
}

/** Shape of a two-layer network: W1 is rows × hidden, W2 is hidden × cols. */
export interface NetworkShape {
  readonly rows: number;
  readonly hidden: number;
  readonly cols: number;
}

/** What networks have of each layer: the weights or a moment, in the form that some arithmetic works on. */
export interface Layers<Batch> {
  readonly first: Batch;
  readonly second: Batch;
}

/** Both layers of every network, row-major, one network after the other. */
export type Weights = Layers<Float64Array>;

/** An ensemble of networks side by side. */
export interface NetworkBatch extends Weights {
  readonly shape: NetworkShape;
  readonly count: number;
  /** What each network learns: count × rows × cols. */
  readonly target: Float64Array;
  /** Factor on the learning rate, per network. */
  readonly rateScale: Float64Array;
}

/** An ensemble in the middle of training by an optimiser. */
export interface OptimizedNetworks extends NetworkBatch {
  /** What the optimiser remembers, `optimizer.moments` times both layers. */
  readonly moments: readonly Weights[];
  /** Steps made so far. */
  readonly taken: number;
}

export interface OptimizerRun {
  readonly optimizer: TrainingRule;
  /** Learning rate of each step. */
  readonly rates: readonly number[];
  /**
   * Second moments `Σ x xᵀ / B` of the inputs that each network sees in each step, steps × count × cols × cols; absent for
   * their expectation, the identity.
   */
  readonly inputs?: Float64Array | undefined;
}

/** An ensemble of networks in the basis of their singular vectors: count × modes. */
export interface ModeBatch {
  readonly count: number;
  readonly modes: number;
  /** D, square root of the singular value, of each mode. */
  readonly factors: Float64Array;
  readonly sigmas: Float64Array;
  /** Factor on the learning rate, per network. */
  readonly rateScale: Float64Array;
}

/** Networks to perturb, with the residual `W1 W2 − A` of each; `factors` instead of weights where both are diagonal. */
export interface PerturbedNetworks {
  readonly shape: NetworkShape;
  readonly count: number;
  readonly layers: Weights | { readonly factors: Float64Array; readonly modes: number };
  readonly residual: Float64Array;
}

/** Standard normal noise for both layers: replicates × rows × hidden and replicates × hidden × cols. */
export interface NoiseBatch extends Weights {
  readonly replicates: number;
  /** Where the numbers come from: a backend that draws them itself need not look at the layers, which may be drawn only then. */
  readonly source?: NoiseSource;
}

/** Streams of standard normal numbers, one for each replicate: the first layer's numbers, then the second's. */
export interface NoiseSource {
  /** Key of the generator, an integer in [0, 2^53). */
  readonly seed: number;
  /** Word that keeps streams of different purposes apart. */
  readonly purpose: number;
  /** Number of the stream of the first replicate; the others follow. */
  readonly stream: number;
}

/** Inner products per network and replicate that `perturbationMoments` returns. */
export const MOMENTS = 5;

/** `D − 2ηD(D² − σ)` from D = 1/2 with σ = 1 and η = 1/4: every number on the way is exact in float32. */
const RIGHT = 0.6875;

/** Makes a step whose result is known. @throws Error when the backend does not run or gives another result */
export async function requireKnownStep(backend: Backend): Promise<void> {
  const one = Float64Array.of(1);
  const batch = { count: 1, modes: 1, factors: Float64Array.of(0.5), sigmas: one, rateScale: one };
  const [factor] = await backend.descendModes(batch, [0.25]);
  if (factor !== RIGHT) throw new Error(`runs, but a step from 0.5 gave ${factor} instead of ${RIGHT}`);
}

/** Which devices are acceptable. */
export interface DeviceChoice {
  /** Also one that is simulated on the processor. */
  readonly software: boolean;
}
