import type { RunDocument } from '../../sim/scenario/run-document.js';

/** Contents of files by name; the names are plain, without folders. */
export type Files = ReadonlyMap<string, string | Uint8Array>;

/** Makes some of the files of a result folder from what the run found. */
export type FileMaker = (document: RunDocument) => Promise<Files>;
