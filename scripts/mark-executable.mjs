// `npx overtrain` in a clone runs the file itself, so it needs its executable bit, which the compiler does not set.
import { chmodSync } from 'node:fs';

chmodSync(new URL('../dist/cli/main.js', import.meta.url), 0o755);
