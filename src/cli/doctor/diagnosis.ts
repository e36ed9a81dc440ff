import { arch, availableParallelism, cpus, freemem, platform, release, totalmem } from 'node:os';
import { type BackendReport, type CardReport, probeBackends, probeCard } from '../../sim/backends/probe.js';
import { versions } from '../../sim/backends/versions.js';
import { paragraph, styleFor, type Terminal } from '../output/terminal.js';

export type Diagnosis = Awaited<ReturnType<typeof diagnose>>;

export async function diagnose() {
  return {
    schema: 1,
    versions: versions(),
    machine: {
      platform: `${platform()} ${release()} ${arch()}`,
      cpu: cpus()[0]?.model.trim() ?? 'unknown',
      cores: availableParallelism(),
      memory_bytes: totalmem(),
      free_memory_bytes: freemem(),
    },
    backends: await probeBackends(),
    card: await probeCard(),
  };
}

export function diagnosisLines({ versions, machine, backends, card }: Diagnosis, terminal: Terminal): string[] {
  const style = styleFor(terminal.colour);
  const gibibytes = (bytes: number) => `${(bytes / 2 ** 30).toFixed(1)} GiB`;
  const memory = `${gibibytes(machine.memory_bytes)} memory, ${gibibytes(machine.free_memory_bytes)} free`;
  return [
    style.strong('Versions'),
    ...Object.entries(versions).flatMap(([name, version]) => paragraph(`${name} ${version}`, terminal, undefined, 2)),
    '',
    style.strong('Machine'),
    ...paragraph(machine.platform, terminal, undefined, 2),
    ...paragraph(`${machine.cpu}, ${machine.cores} cores`, terminal, undefined, 2),
    ...paragraph(memory, terminal, undefined, 2),
    '',
    style.strong('Backends'),
    ...backendLines(backends, terminal),
    '',
    style.strong('Graphics card'),
    ...cardLines(card).flatMap((line) => paragraph(line, terminal, undefined, 2, 6)),
  ];
}

/** One line for each backend: its name and what it runs on, or why it does not run and what to do about it. */
export function backendLines(backends: readonly BackendReport[], terminal: Terminal): string[] {
  const style = styleFor(terminal.colour);
  const longest = Math.max(...backends.map(({ name }) => name.length));
  return backends.flatMap(({ name, available, device, precision, detail, remedy }) => {
    const sign = terminal.unicode ? (available ? '✓ ' : '✗ ') : '';
    const label = `  ${sign}${name.padEnd(longest)}  `;
    const rest = { unicode: terminal.unicode, width: Math.max(1, terminal.width - label.length) };
    const where = [device, precision === null ? null : PRECISIONS[precision]].filter((part) => part !== null);
    const text = available ? where.join(', ') : `not available: ${detail}`;
    const paint = available ? style.good : style.bad;
    const blanks = ' '.repeat(label.length);
    return [
      ...paragraph(text, rest).map((line, index) => paint(`${index === 0 ? label : blanks}${line}`)),
      ...(remedy === null ? [] : paragraph(remedy, rest).map((line) => style.caution(blanks + line))),
    ];
  });
}

const PRECISIONS = { f32: 'float32', f64: 'float64' } as const;

/** From which work on the card is taken, and where that is kept. */
export function cardLines(card: CardReport | null): string[] {
  if (card === null) return ['none, so auto always uses the processor'];
  const { device, threshold, file, detail } = card;
  if (threshold === null) return [device, `auto does not use it, since its speed could not be measured: ${detail}`];
  const amount = (flops: number) => `${Number((flops / 1e9).toPrecision(2))} GFLOP`;
  const from = Number.isFinite(threshold.flops)
    ? `auto uses it for more than ${amount(threshold.flops)} of descent, plus ${amount(threshold.flopsPerPass)} per launch`
    : 'auto never uses it';
  return [device, `${from} (${detail})`, file === null ? 'measured again each time' : `saved in ${file}`];
}
