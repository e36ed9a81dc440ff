import { writeSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { render } from 'ink';
import { scenarios } from '../../sim/scenarios/scenario-list.js';
import { exitCode } from '../output/error-line.js';
import { terminalOf } from '../output/terminal.js';
import { LiveApp } from './components/app.js';
import { performEffect, readSavedRuns, readSavedSweeps } from './effects/saved-runs.js';
import { enterAlternateScreen, FrameStream } from './screen/frame-stream.js';
import { initialState } from './state/app-state.js';
import { MOST_RECENT, Store } from './state/reduce.js';
import { readTheorems } from './text/theorem.js';
import { ThreadComputer } from './worker/computer.js';

type TuiIo = Pick<typeof process, 'stdin' | 'stdout' | 'env'> & { readonly signal: AbortSignal };

const WORKERS = {
  run: new URL('./worker/run-worker.js', import.meta.url),
  attack: new URL('./worker/attack-worker.js', import.meta.url),
};
const PROOFS = new URL('../../../proofs.md', import.meta.url);

/** Opens the terminal UI and gives the exit code when the user has left it; what a component throws, after the screen is restored. */
export async function openTui({ stdin, stdout, env, signal }: TuiIo): Promise<number> {
  const { colour, unicode } = terminalOf(stdout, env);
  const frames = new FrameStream(stdout);
  const size = () => ({ columns: frames.columns, rows: frames.rows });
  const computer = new ThreadComputer(WORKERS, (news) => store.dispatch(news));
  let leave: (code: number) => void = () => {};
  const left = new Promise<number>((resolve) => {
    leave = resolve;
  });
  const store: Store = new Store(initialState(scenarios, size(), unicode), (effect) =>
    performEffect(effect, scenarios, computer, leave, store.dispatch),
  );
  // The same variable that Ink reads; a screen reader follows the terminal's one screen.
  const isSpoken = env.INK_SCREEN_READER === 'true';
  const leaveScreen = isSpoken ? () => {} : enterAlternateScreen(stdout, (text) => writeAtOnce(stdout, text));
  const resized = () => {
    frames.resized();
    store.dispatch({ kind: 'resized', window: size() });
  };
  const interrupted = () => leave(exitCode.interrupted);
  // Before the first frame, for the terminal would write keys pressed meanwhile over it.
  stdin.setRawMode(true);
  stdout.on('resize', resized);
  signal.addEventListener('abort', interrupted);
  process.on('SIGHUP', interrupted);
  process.prependListener('uncaughtException', leaveScreen);
  try {
    const app = render(<LiveApp store={store} display={{ colour, unicode }} isSpoken={isSpoken} />, {
      stdout: isSpoken ? stdout : (frames as unknown as NodeJS.WriteStream),
      stdin,
      // Whole frames, for the stream to compare; anything else printed would tear the screen.
      debug: !isSpoken,
      isScreenReaderEnabled: isSpoken,
      patchConsole: false,
      exitOnCtrlC: false,
    });
    computer.warmUp();
    void readInto(store);
    const failed = app.waitUntilExit().then(() => exitCode.done);
    const code = await Promise.race([left, failed]);
    app.unmount();
    return code;
  } finally {
    computer.close();
    stdin.setRawMode(false);
    stdout.off('resize', resized);
    signal.removeEventListener('abort', interrupted);
    process.off('SIGHUP', interrupted);
    process.off('uncaughtException', leaveScreen);
    leaveScreen();
  }
}

/** Writes so that it arrives even while the process ends, unless the terminal is gone. */
function writeAtOnce(stdout: TuiIo['stdout'], text: string): void {
  try {
    writeSync(stdout.fd, text);
  } catch {
    stdout.write(text);
  }
}

/** What comes after the first frame: theorems, without whose file claims say so, runs that are kept, and sweeps. */
async function readInto(store: Store): Promise<void> {
  const markdown = await readFile(PROOFS, 'utf8').catch(() => '');
  store.dispatch({ kind: 'theorems-read', theorems: readTheorems(markdown) });
  // Sweeps stand under the runs: an entry that the cursor is on stays where it is.
  store.dispatch({ kind: 'saved-runs-read', runs: await readSavedRuns(scenarios, MOST_RECENT) });
  store.dispatch({ kind: 'saved-sweeps-read', sweeps: await readSavedSweeps(scenarios, MOST_RECENT) });
}
