// g) Start-up time and peak memory of the command line.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { median } from '../alternate.mjs';

const main = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));

function run(parameters) {
  const report = 'process.on("exit",()=>process.stderr.write("\\n"+process.resourceUsage().maxRSS))';
  const start = performance.now();
  const { stderr } = spawnSync(
    process.execPath,
    ['--import', `data:text/javascript,${encodeURIComponent(report)}`, main, ...parameters],
    { encoding: 'utf8', maxBuffer: 2 ** 28 },
  );
  const seconds = (performance.now() - start) / 1000;
  return { seconds, megabytes: Number(stderr.trim().split('\n').at(-1)) / 1024 };
}

export function processes(rounds) {
  const measure = (parameters) => {
    const runs = Array.from({ length: rounds }, () => run(parameters));
    return {
      seconds: median(runs.map(({ seconds }) => seconds)),
      megabytes: median(runs.map(({ megabytes }) => megabytes)),
    };
  };
  return {
    list: measure(['list']),
    gaussian: measure(['run', 'gaussian', '--json']),
    'gaussian --engine matrix': measure(['run', 'gaussian', '--engine', 'matrix', '--json']),
  };
}
