import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type * as WorkflowParser from '@actions/workflow-parser';
import { build } from 'esbuild';
import ts from 'typescript';
import { expect, test } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';
import { readShard } from '../../../src/cli/sweeps/shards.js';

const read = (name: string) => readFileSync(new URL(`../../../docs/sweeps/${name}`, import.meta.url), 'utf8');

/** What the compiler says of a manifest as a value of a type of Kubernetes, which also forbids fields that the type has not. */
function typeErrors(type: string, module: string, manifest: unknown): string[] {
  const file = fileURLToPath(new URL('manifest.ts', import.meta.url));
  const text = `import type { ${type} } from '${module}';\nexport const manifest: ${type} = ${JSON.stringify(manifest)};`;
  const options: ts.CompilerOptions = {
    strict: true,
    noEmit: true,
    lib: ['lib.es5.d.ts'],
    types: [],
    skipLibCheck: true,
    module: ts.ModuleKind.ESNext,
    moduleResolution: ts.ModuleResolutionKind.Bundler,
  };
  const host = ts.createCompilerHost(options);
  const { getSourceFile } = host;
  host.getSourceFile = (name, ...others) =>
    name === file ? ts.createSourceFile(name, text, ts.ScriptTarget.ES2022) : getSourceFile(name, ...others);
  const program = ts.createProgram([file], options, host);
  return ts.getPreEmitDiagnostics(program).map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n'));
}

test('the manifest for Kubernetes is what the types of Kubernetes allow', () => {
  const [map, job] = parseAllDocuments(read('kubernetes-job.yaml')).map((document) => document.toJS());
  const jobErrors = (spec: object) => typeErrors('Job', 'kubernetes-types/batch/v1', { ...job, spec });
  expect(typeErrors('ConfigMap', 'kubernetes-types/core/v1', map)).toEqual([]);
  expect(jobErrors(job.spec)).toEqual([]);
  expect(jobErrors({ ...job.spec, completions: 'many' })).toEqual([
    "Type 'string' is not assignable to type 'number'.",
  ]);
  expect(jobErrors({ ...job.spec, completion: 8 })).toEqual([
    expect.stringMatching(/may only specify known properties, .*"completion"/),
  ]);
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
