// A Python process that does the same work, asked over its standard input.
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const onProcessor = fileURLToPath(new URL('./peers/peer.py', import.meta.url));

/**
 * Starts a peer, or says by undefined that it is not installed.
 *
 * @param python interpreter
 * @param kind `numpy` or `torch`, or what another script calls its kinds
 * @param script and what follows the kind on its command line
 */
export async function startPeer(python, kind, [script, ...parameters] = [onProcessor]) {
  // One thread of OpenBLAS for each of the peer's own threads, and the kernels that it chooses for this processor.
  const { OPENBLAS_CORETYPE: _, OPENBLAS_L2_SIZE: __, ...rest } = process.env;
  const environment = { ...rest, OPENBLAS_NUM_THREADS: '1' };
  const child = spawn(python, [script, kind, ...parameters], { env: environment, stdio: ['pipe', 'pipe', 'ignore'] });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  child.on('error', () => {});
  const greeting = await lines.next();
  if (greeting.done) return undefined;
  return {
    kind,
    ...JSON.parse(greeting.value),
    async answer(request) {
      child.stdin.write(`${JSON.stringify(request)}\n`);
      const answer = await lines.next();
      if (answer.done) throw new Error(`${kind} ended in the middle of ${request.work}`);
      return JSON.parse(answer.value);
    },
    async seconds(request) {
      return (await this.answer(request)).seconds;
    },
    stop: () => child.kill(),
  };
}
