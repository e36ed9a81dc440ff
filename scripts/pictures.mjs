// Makes the pictures of the README again: node scripts/pictures.mjs [SCENARIO | walk | report | sweep]…
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** Scenarios with the title of their second figure, before which the picture ends; `gaussian` is shown whole. */
const PICTURES = {
  gaussian: undefined,
  incremental: 'Pre-training loss',
  finetune: 'Fine-tuning loss',
  'finetune-tuned': 'Best learning rate for the new task',
  regularize: 'Fine-tuning loss',
  misalignment: 'Pre-training loss after fine-tuning, some cells',
  schedules: 'Sensitivity to Gaussian noise, by schedule',
  width: 'Loss under Gaussian noise, gamma = 0.05',
  'early-exposure': 'Post-training loss before fine-tuning',
  'optimizer-consistency': 'Table matrix',
  nexus: 'Held-out loss against joint descent',
  replay: 'Forgetting against pre-training time',
  'two-stage-alignment': 'Final loss from the base network minus final loss from the fine-tuned one',
  decoupling: 'Loss along training at the best rate, optimizer = adam',
  shannon: 'Fitted laws at the largest width, snr = 5',
};

const script = fileURLToPath(new URL('picture.mjs', import.meta.url));
const asked = process.argv.slice(2);
for (const [scenario, until] of Object.entries(PICTURES)) {
  if (asked.length > 0 && !asked.includes(scenario)) continue;
  const ending = until === undefined ? [] : ['--until', until];
  const parameters = [script, `docs/${scenario}.svg`, '--width', '96', ...ending, '--', 'run', scenario];
  const { status } = spawnSync(process.execPath, parameters, { stdio: 'inherit' });
  if (status !== 0) throw new Error(`no picture of ${scenario}`);
}

if (asked.length === 0 || asked.includes('walk')) {
  const recording = fileURLToPath(new URL('recording.mjs', import.meta.url));
  const { status } = spawnSync(process.execPath, [recording, 'docs/walk.svg'], { stdio: 'inherit' });
  if (status !== 0) throw new Error('no recording of the terminal UI');
}

if (asked.length === 0 || asked.includes('report')) {
  const report = fileURLToPath(new URL('report-picture.mjs', import.meta.url));
  const { status } = spawnSync(process.execPath, [report, 'docs/report.png'], { stdio: 'inherit' });
  if (status !== 0) throw new Error('no picture of the report');
}

if (asked.length === 0 || asked.includes('sweep')) {
  const sweep = fileURLToPath(new URL('sweep-picture.mjs', import.meta.url));
  const { status } = spawnSync(process.execPath, [sweep, 'docs/sweep.png'], { stdio: 'inherit' });
  if (status !== 0) throw new Error('no picture of the report on a sweep');
}
