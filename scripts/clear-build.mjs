// Removes the last build: modules that were moved or deleted since would stay in it, be packed, and be tried by the mutation check.
import { rmSync } from 'node:fs';

rmSync(new URL('../dist/', import.meta.url), { recursive: true, force: true });
