import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type * as WorkflowParser from '@actions/workflow-parser';
import { build } from 'esbuild';
import { Job } from 'kubernetes-models/batch/v1/Job';
import { ConfigMap } from 'kubernetes-models/v1/ConfigMap';
import { expect, test } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';
import { readShard } from '../../../src/cli/sweeps/shard-name.js';

const read = (name: string) => readFileSync(new URL(`../../../docs/sweeps/${name}`, import.meta.url), 'utf8');

test('the manifest for Kubernetes is what the schemas of Kubernetes allow', () => {
  const [map, job] = parseAllDocuments(read('kubernetes-job.yaml')).map((document) => document.toJS());
  expect(() => new ConfigMap(map).validate()).not.toThrow();
  expect(() => new Job(job).validate()).not.toThrow();
  expect(() => new Job({ ...job, spec: { ...job.spec, completions: 'many' } }).validate()).toThrow();
  expect(job.spec.completionMode).toBe('Indexed');
  const command: readonly string[] = job.spec.template.spec.containers[0].command;
  const shard = command[command.indexOf('--shard') + 1];
  const shards = Array.from({ length: job.spec.completions }, (_, index) =>
    readShard(shard, { JOB_COMPLETION_INDEX: String(index) }),
  );
  expect(shards).toEqual(shards.map((_, index) => ({ index: index + 1, count: job.spec.completions })));
});

/** The parser imports JSON without saying so, which Node refuses and a bundler does not. */
async function workflowParser(): Promise<typeof WorkflowParser> {
  const folder = mkdtempSync(join(tmpdir(), 'overtrain-workflow-'));
  const outfile = join(folder, 'parser.mjs');
  const contents = "export * from '@actions/workflow-parser';";
  const resolveDir = new URL('.', import.meta.url).pathname;
  await build({ stdin: { contents, resolveDir }, bundle: true, platform: 'node', format: 'esm', outfile });
  try {
    return await import(pathToFileURL(outfile).href);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

test('the matrix for continuous integration is what GitHub Actions allow', async () => {
  const { NoOperationTraceWriter, parseWorkflow } = await workflowParser();
  const errorsIn = (content: string) =>
    parseWorkflow({ name: 'sweep.yaml', content }, new NoOperationTraceWriter()).context.errors.getErrors();
  const text = read('ci-matrix.yaml');
  expect(errorsIn(text)).toEqual([]);
  expect(errorsIn(text.replace('runs-on', 'run-on'))).not.toEqual([]);
  const { matrix } = parse(text).jobs.shard.strategy;
  expect(matrix.shard).toEqual(matrix.shard.map((_: number, index: number) => index + 1));
  expect(text).toContain(`/${matrix.shard.length}\n`);
});
