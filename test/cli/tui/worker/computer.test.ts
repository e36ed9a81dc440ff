import { afterEach, expect, test } from 'vitest';
import type { AttackNews } from '../../../../src/cli/tui/state/app-state.js';
import { untouchedDraft } from '../../../../src/cli/tui/state/draft.js';
import type { RunNews } from '../../../../src/cli/tui/state/run.js';
import { ThreadComputer } from '../../../../src/cli/tui/worker/computer.js';

/** A thread that runs a script. */
const thread = (script: string) =>
  new URL(`data:text/javascript,${encodeURIComponent(`import { parentPort } from 'node:worker_threads'; ${script}`)}`);

const SILENT = thread("parentPort.on('message', () => {});");
/** Stops a thread for good, as a computation without end does, and leaves the core to other tests. */
const BLOCK = 'Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);';

/** Its first run computes without end. */
const HANGING = thread(
  `parentPort.on('message', ({ kind, order }) => { if (kind !== 'start') return; if (order.run === 1) for (;;); ${BLOCK} });`,
);
const CRASHING = thread("parentPort.on('message', () => { throw new Error('made up'); });");
const ANSWERING = thread(
  "parentPort.on('message', ({ order }) => parentPort.postMessage({ kind: 'run-ended', run: order.run, outcome: { status: 'cancelled' } }));",
);
const ATTACKING = thread(
  "parentPort.postMessage({ kind: 'attack', claim: 'T1', attack: { status: 'ongoing', done: 1, total: 2 } });",
);

const order = (run: number) => ({ ...untouchedDraft, run, scenario: 'gaussian', isPreview: false });
let computer: ThreadComputer | undefined;
afterEach(() => computer?.close());

function told(
  run: URL,
  attack = SILENT,
): { computer: ThreadComputer; news: (RunNews | AttackNews)[]; next(): Promise<void> } {
  const news: (RunNews | AttackNews)[] = [];
  let arrived = () => {};
  computer = new ThreadComputer({ run, attack }, (one) => {
    news.push(one);
    arrived();
  });
  return { computer, news, next: () => new Promise((resolve) => (arrived = resolve)) };
}

test('what a thread tells is handed on', async () => {
  const { computer: threads, news, next } = told(ANSWERING);
  threads.startRun(order(3));
  await next();
  expect(news).toEqual([{ kind: 'run-ended', run: 3, outcome: { status: 'cancelled' } }]);
});

test('a run that does not listen is ended with its thread, and the next run gets a new one', async () => {
  const { computer: threads, news, next } = told(HANGING);
  threads.startRun(order(1));
  threads.cancelRun(1);
  await next();
  expect(news).toEqual([{ kind: 'run-ended', run: 1, outcome: { status: 'cancelled' } }]);
  threads.startRun(order(2));
  threads.cancelRun(2);
  await next();
  expect(news.length).toBe(2);
});

test('a run that waits behind one that does not listen begins again on a new thread', async () => {
  const stubborn = thread(
    `parentPort.on('message', ({ kind, order }) => { if (kind !== 'start') return; if (order.run === 1) ${BLOCK} parentPort.postMessage({ kind: 'run-ended', run: order.run, outcome: { status: 'failed', message: 'reached' } }); });`,
  );
  const { computer: threads, news, next } = told(stubborn);
  threads.startRun(order(1));
  threads.cancelRun(1);
  threads.startRun(order(2));
  await next();
  await next();
  expect(news).toEqual([
    { kind: 'run-ended', run: 1, outcome: { status: 'cancelled' } },
    { kind: 'run-ended', run: 2, outcome: { status: 'failed', message: 'reached' } },
  ]);
});

test('a thread that crashes fails its run and is replaced', async () => {
  const { computer: threads, news, next } = told(CRASHING);
  threads.startRun(order(1));
  await next();
  expect(news).toEqual([{ kind: 'run-ended', run: 1, outcome: { status: 'failed', message: 'made up' } }]);
  threads.startRun(order(2));
  await next();
  expect(news[1]).toMatchObject({ run: 2 });
});

test('an attack is told of, and after it was stopped no more', async () => {
  const { computer: threads, news, next } = told(SILENT, ATTACKING);
  threads.startAttack('T1');
  await next();
  expect(news).toEqual([{ kind: 'attack', claim: 'T1', attack: { status: 'ongoing', done: 1, total: 2 } }]);
  const ended = new Promise((resolve) => process.once('worker', (worker) => worker.once('exit', resolve)));
  threads.startAttack('T1');
  threads.cancelAttack();
  await ended;
  expect(news.length).toBe(1);
});
