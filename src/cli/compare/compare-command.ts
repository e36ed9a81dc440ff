import { existsSync } from 'node:fs';
import { InvalidInputError } from '../../theory/invalid-input.js';
import { exitCode } from '../output/error-line.js';
import { type CommandLineIo, loadScenarios, terminalOf } from '../output/terminal.js';
import { findingsOn, publishedSources } from '../published/comparisons.js';
import type { PublishedSource } from '../published/published.js';
import { readResult } from '../results/read-result.js';
import { readChoice } from '../settings/setting.js';
import { compareRuns } from './compare-runs.js';
import { comparisonReport, publishedReport } from './comparison-report.js';

const PUBLISHED = 'published:';

/**
 * `overtrain compare A B`, where B is another result folder or `published:ID`.
 *
 * @returns the exit code: 0 alike, 1 different
 * @throws InvalidInputError where there is nothing to compare
 */
export async function compare(
  a: string,
  b: string,
  options: { readonly json?: true },
  io: CommandLineIo,
): Promise<number> {
  const source = publishedSource(b);
  return source === undefined ? compareFolders(a, b, options, io) : comparePublished(a, source, options, io);
}

/** The paper that an argument names; undefined for a folder. */
function publishedSource(argument: string): PublishedSource | undefined {
  const id = argument.startsWith(PUBLISHED) ? argument.slice(PUBLISHED.length) : argument;
  const known = publishedSources.find((source) => source.id === id);
  if (argument.startsWith(PUBLISHED))
    readChoice(
      'published',
      id,
      publishedSources.map((source) => source.id),
    );
  // A folder may have the name of a paper; with the prefix there is no doubt.
  return argument.startsWith(PUBLISHED) || !existsSync(argument) ? known : undefined;
}

async function compareFolders(
  a: string,
  b: string,
  { json }: { readonly json?: true },
  io: CommandLineIo,
): Promise<number> {
  const [first, second] = [await readResult(a), await readResult(b)];
  const id = first.document.scenario;
  if (second.document.scenario !== id)
    throw new InvalidInputError('compare', b, `another run of ${id}; this one is of ${second.document.scenario}`);
  const scenario = (await loadScenarios(io, id)).find((one) => one.id === id);
  if (scenario === undefined)
    throw new InvalidInputError('compare', a, `a run of a scenario that this version has; it has no ${id}`);
  const comparison = compareRuns(first, second, scenario.figures);
  if (json) io.stdout.write(`${JSON.stringify(comparison)}\n`);
  else {
    const documents = [first.document, second.document] as const;
    const lines = comparisonReport(comparison, scenario, documents, terminalOf(io.stdout, io.env));
    io.stdout.write(`${lines.join('\n')}\n`);
  }
  return comparison.verdict === 'alike' ? exitCode.done : exitCode.refuted;
}

async function comparePublished(
  folder: string,
  source: PublishedSource,
  { json }: { readonly json?: true },
  io: CommandLineIo,
): Promise<number> {
  const { document, problems } = await readResult(folder);
  const findings = findingsOn(document, source);
  if (findings.length === 0)
    throw new InvalidInputError(
      'compare',
      folder,
      `a run that measures what ${source.id} reports; this run of ${document.scenario} has nothing to compare with it`,
    );
  if (json) {
    const { id, title, arxiv } = source;
    const about = { schema: 1, scenario: document.scenario, run: folder, published: { id, title, arxiv } };
    io.stdout.write(`${JSON.stringify({ ...about, findings, problems })}\n`);
  } else {
    const lines = publishedReport(folder, document, source, findings, problems, terminalOf(io.stdout, io.env));
    io.stdout.write(`${lines.join('\n')}\n`);
  }
  return findings.some(({ verdict }) => verdict === 'mismatch') ? exitCode.refuted : exitCode.done;
}
