#!/usr/bin/env node
import { describeFailure, exitCode } from './output/error-line.js';
import { opensTui } from './output/terminal.js';

/*
 * The process around the command line: its streams, signals and exit code.
 */

const interruption = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => {
    // A second signal means that the user does not want to wait.
    if (interruption.signal.aborted) process.exit(exitCode.interrupted);
    interruption.abort();
  });
}

// Whoever closes the pipe has read enough (`overtrain list | head -1`): end quietly.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  process.exit(error.code === 'EPIPE' ? exitCode.done : exitCode.defect);
});
process.stderr.on('error', () => {});

process.on('uncaughtException', (error) => {
  const failure = describeFailure(error, process.env);
  process.stderr.write(failure.message);
  process.exit(failure.exitCode);
});

const code = await (opensTui(process.argv.slice(2), process) ? runTui() : runCommand());
// Workers of a backend must not keep the process alive, but what is printed must arrive.
await Promise.all(
  [process.stdout, process.stderr].map((stream) => new Promise((resolve) => stream.write('', resolve))),
);
process.exit(code);

async function runCommand(): Promise<number> {
  const { runCommandLine } = await import('./program.js');
  return runCommandLine(process.argv.slice(2), {
    stdout: process.stdout,
    stderr: process.stderr,
    env: process.env,
    signal: interruption.signal,
  });
}

/** The one part of the program that draws on the whole terminal, loaded without the rest so that it opens at once. */
async function runTui(): Promise<number> {
  const { openTui } = await import('./tui/open-tui.js');
  const { stdin, stdout, env } = process;
  try {
    return await openTui({ stdin, stdout, env, signal: interruption.signal });
  } catch (error) {
    const failure = describeFailure(error, env);
    process.stderr.write(failure.message);
    return failure.exitCode;
  }
}
