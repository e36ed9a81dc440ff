// Draws what a command prints on a colour terminal as an SVG:
//   node scripts/picture.mjs FILE.svg [--width CELLS] [--until LINE] -- ARGUMENTS
// With --until the picture ends before the first line that is LINE. Used for the pictures in the README, so that each is a real
// capture that anyone can make again: `npm run pictures` makes them all.
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { svgOfScreens } from './terminal-svg.mjs';

const separator = process.argv.indexOf('--');
const [file, ...options] = process.argv.slice(2, separator);
const width = options.includes('--width') ? Number(options[options.indexOf('--width') + 1]) : 100;
const until = options.includes('--until') ? options[options.indexOf('--until') + 1] : undefined;
const parameters = process.argv.slice(separator + 1);
const main = fileURLToPath(new URL('../dist/cli/main.js', import.meta.url));
// The width of a terminal is told through a preloaded line, since a captured stream has none.
const preload = `data:text/javascript,process.stdout.isTTY=true;process.stdout.columns=${width}`;
const { stdout, status } = spawnSync(process.execPath, ['--import', preload, main, ...parameters], {
  encoding: 'utf8',
  env: { ...process.env, FORCE_COLOR: '3', LC_ALL: 'C.UTF-8', CI: '1' },
  maxBuffer: 2 ** 26,
});
if (status !== 0) throw new Error(`overtrain ${parameters.join(' ')} ended with ${status}`);
const printed = stdout.trimEnd().split('\n');
// biome-ignore lint/suspicious/noControlCharactersInRegex: escape sequences begin with one
const end = printed.findIndex((line) => line.replace(/\u001b\[[\d;]*m/g, '').trim() === until);
if (until !== undefined && end < 0) throw new Error(`overtrain ${parameters.join(' ')} printed no line "${until}"`);
const shown = end < 0 ? printed : printed.slice(0, end).join('\n').trimEnd().split('\n');
const lines = [`$ npx overtrain ${parameters.join(' ')}`, '', ...shown];
writeFileSync(file, svgOfScreens([lines], { width, height: lines.length, title: lines[0].slice(2) }));
