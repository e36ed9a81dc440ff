// d), e) The whole default study of `gaussian`, as a process and in one that runs already: ours by descent on full matrices and in
// closed form, numpy's by the same steps of descent.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { noiseAccuracy } from '../../dist/sim/noise/noise-curves.js';
import { resolveParameters } from '../../dist/sim/scenario/resolve.js';
import { runToDocument } from '../../dist/sim/scenario/run-document.js';
import { gaussian } from '../../dist/sim/scenarios/gaussian/gaussian.js';
import { choosePlan } from '../../dist/sim/training/training-plan.js';
import { createProblem } from '../../dist/theory/problem.js';

const main = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));
const script = fileURLToPath(new URL('../peers/gaussian_study.py', import.meta.url));

/** The steps that ours makes, for numpy to make as well. */
function planFile(folder) {
  const parameters = resolveParameters(gaussian, {});
  const { times, gammas, replicates, tau, dim } = parameters;
  const problem = createProblem(parameters);
  const { acceptable } = noiseAccuracy(problem, { times, gammas, replicates });
  const { plan } = choosePlan(problem, times, 'auto', acceptable, 400_000);
  const file = join(folder, 'plan.json');
  writeFileSync(
    file,
    JSON.stringify({
      dim,
      tau,
      gammas,
      replicates,
      spectrum: problem.spectrum,
      recordings: plan.recordings.map(({ time, segments }) => ({
        time,
        segments: segments.map(({ rate, steps }) => [rate, steps]),
      })),
    }),
  );
  return file;
}

export function study(python, engine, name) {
  const folder = mkdtempSync(join(tmpdir(), 'overtrain-bench-study-'));
  const plan = planFile(folder);
  let document;
  let rows;
  const timed = (command, parameters, environment) => {
    const start = performance.now();
    const { stdout, status } = spawnSync(command, parameters, {
      encoding: 'utf8',
      maxBuffer: 2 ** 28,
      env: environment,
    });
    if (status !== 0) throw new Error(`${command} ended with ${status}`);
    return [(performance.now() - start) / 1000, stdout];
  };
  const { OPENBLAS_CORETYPE: _, OPENBLAS_L2_SIZE: __, ...environment } = process.env;
  return {
    work: name,
    unit: 'studies/s',
    amount: 1,
    ours: async () => {
      const [seconds, text] = timed(
        process.execPath,
        [main, 'run', 'gaussian', '--engine', engine, '--json'],
        process.env,
      );
      document = JSON.parse(text);
      return seconds;
    },
    peers: [
      {
        peer: { kind: 'numpy' },
        run: async () => {
          const [seconds, text] = timed(python, [script, plan], environment);
          rows = JSON.parse(text);
          return seconds;
        },
        agrees: () => sameCurve(document, rows),
      },
    ],
    done: () => rmSync(folder, { recursive: true, force: true }),
  };
}

/** The same without what starting a process costs either. */
export function studyInProcess(peer, engine, name) {
  const folder = mkdtempSync(join(tmpdir(), 'overtrain-bench-study-'));
  const plan = planFile(folder);
  const out = join(folder, 'rows.json');
  let document;
  return {
    work: name,
    unit: 'studies/s',
    amount: 1,
    ours: async () => {
      const context = { seed: 1, engine, backend: 'auto' };
      // A closed form takes a millisecond, which no clock tells well.
      const studies = engine === 'exact' ? 100 : 1;
      const start = performance.now();
      for (let made = 0; made < studies; made++) {
        document = await runToDocument(gaussian, resolveParameters(gaussian, {}), context);
      }
      return (performance.now() - start) / 1000 / studies;
    },
    peers: [
      {
        peer,
        run: () => peer.seconds({ work: 'study', plan, out }),
        agrees: () => sameCurve(document, JSON.parse(readFileSync(out, 'utf8'))),
      },
    ],
    done: () => rmSync(folder, { recursive: true, force: true }),
  };
}

/** Whether the sensitivities of numpy are ours, to eight standard errors. */
function sameCurve({ tables: { curve } }, rows) {
  const columns = curve.columns.map((column) => column.name);
  const value = (row, column) => row[columns.indexOf(column)];
  return rows.every(([gamma, time, , mean, error]) => {
    const ours = curve.rows.find(
      (row) => value(row, 'gamma') === gamma && Math.abs(value(row, 'time') / time - 1) < 1e-9,
    );
    return Math.abs(value(ours, 'sensitivity_theory') - mean) < 8 * error;
  });
}
