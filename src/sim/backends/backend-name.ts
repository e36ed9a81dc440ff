/** Where the `modes` and `matrix` engines run. */
export type BackendName = 'reference' | 'cpu' | 'webasm';

export type BackendChoice = BackendName | 'auto';

export const backendChoices: readonly BackendChoice[] = ['auto', 'reference', 'cpu', 'webasm'];
