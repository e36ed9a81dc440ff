/** Where the `modes` and `matrix` engines can run. */
export const backendNames = ['reference', 'cpu', 'webasm', 'simd', 'simd64', 'blas', 'webgpu'] as const;

export type BackendName = (typeof backendNames)[number];

export type BackendChoice = BackendName | 'auto';

export const backendChoices: readonly BackendChoice[] = ['auto', ...backendNames];
