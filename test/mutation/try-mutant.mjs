// Tries all claims of one copy of the build until one is refuted: exit 1 when killed, 0 when the mutant survives.
import { pathToFileURL } from 'node:url';

const [folder, runs] = process.argv.slice(2);
const load = (path) => import(pathToFileURL(`${folder}/${path}`).href);
const [{ claims }, { checkClaim }] = await Promise.all([
  load('theory/claims/all-claims.js'),
  load('theory/claims/engine/check-claim.js'),
]);
for (const claim of claims) {
  const { verdict, counterexample } = checkClaim(claim, { runs: Number(runs), seed: 1 });
  if (verdict !== 'holds') {
    process.stdout.write(JSON.stringify({ claim: claim.id, verdict, instance: counterexample?.instance ?? null }));
    process.exit(1);
  }
}
