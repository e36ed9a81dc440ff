import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, test } from 'vitest';

const program = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));
const isThere = spawnSync('tmux', ['-V']).status === 0;
if (!isThere) console.warn('tmux is not installed: the walk in a second kind of terminal was not tried');
const folder = mkdtempSync(join(tmpdir(), 'overtrain-tmux-'));
// A server of its own, so that no session of whoever runs the tests is touched.
const socket = join(folder, 'socket');

const tmux = (...words: string[]) =>
  execFileSync('tmux', ['-f', '/dev/null', '-S', socket, ...words], {
    encoding: 'utf8',
    env: { ...process.env, TERM: 'xterm-256color', LC_ALL: 'C.UTF-8' },
  });
const press = (...keys: string[]) => tmux('send-keys', '-t', 'walk', ...keys);
const screen = () => tmux('capture-pane', '-p', '-t', 'walk');

async function until(isMet: (text: string) => boolean, what: string): Promise<void> {
  const deadline = Date.now() + 120_000;
  while (!isMet(screen())) {
    if (Date.now() > deadline) throw new Error(`waited in vain for ${what}; the screen is\n${screen()}`);
    await new Promise((resolve) => setTimeout(resolve, 30));
  }
}

afterAll(() => {
  if (isThere) spawnSync('tmux', ['-S', socket, 'kill-server']);
  // tmux tells its programs to end and does not wait for them.
  rmSync(folder, { recursive: true, force: true, maxRetries: 10 });
});

test.skipIf(!isThere)('a walk through the interface in tmux, with a change of size in the middle', async () => {
  const start = `env -u CI -u CONTINUOUS_INTEGRATION -u BUILD_NUMBER ${process.execPath} ${program}; echo ended with $?; exec sh`;
  tmux('new-session', '-d', '-s', 'walk', '-x', '90', '-y', '28', '-c', folder, start);
  await until((text) => text.includes('finetune-tuned'), 'the list of scenarios');
  press('Enter');
  await until((text) => text.includes('preview by exact'), 'the preview');
  press('j', 'j', 'j', 'j', 'j', 'Right');
  await until((text) => /❯ tau +5\.2 \(set\)/.test(text), 'a step of tau');
  tmux('resize-window', '-t', 'walk', '-x', '130', '-y', '40');
  await until((text) => /✓ T3 .*holds.*│/.test(text), 'the wide screen');
  press('r');
  await until((text) => text.includes('computed by modes'), 'the end of the run');
  press('Tab', 'Enter');
  await until((text) => text.includes('Statement.'), 'the theorem');
  press('Escape');
  await until((text) => text.includes('computed by modes'), 'the scenario again');
  press('q');
  await until((text) => text.includes('ended with 0'), 'the end');
  expect(screen()).not.toContain('gaussian');
});
