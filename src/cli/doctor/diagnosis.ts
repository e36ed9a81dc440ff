import { arch, availableParallelism, cpus, freemem, platform, release, totalmem } from 'node:os';
import { type BackendReport, type CardReport, probeBackends, probeCard } from '../../sim/backends/probe.js';
import { versions } from '../../sim/backends/versions.js';
import { paragraph } from '../output/help-notes.js';
import { styleFor, type Terminal } from '../output/terminal.js';

/** What `doctor` finds on this machine. */
export interface Diagnosis {
  readonly schema: 1;
  readonly versions: Readonly<Record<string, string>>;
  readonly machine: {
    readonly platform: string;
    readonly cpu: string;
    /** Cores that this process may use. */
    readonly cores: number;
    readonly memory_bytes: number;
    readonly free_memory_bytes: number;
  };
  readonly backends: readonly BackendReport[];
  /** What `auto` knows of the graphics card; null where there is none. */
  readonly card: CardReport | null;
}

/** Looks at the machine and tries every backend. */
export async function diagnose(): Promise<Diagnosis> {
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

/** A diagnosis for reading. */
export function diagnosisLines(
  { versions, machine, backends, card }: Diagnosis,
  terminal: Terminal,
): string[] {
  const style = styleFor(terminal.colour);
  const gibibytes = (bytes: number) => `${(bytes / 2 ** 30).toFixed(1)} GiB`;
  const memory = `${gibibytes(machine.memory_bytes)} memory, ${gibibytes(machine.free_memory_bytes)} free`;
  return [
    style.strong('Versions'),
    ...Object.entries(versions).flatMap(([name, version]) =>
      paragraph(`${name} ${version}`, terminal, undefined, 2),
    ),
    '',
    style.strong('Machine'),
    ...paragraph(machine.platform, terminal, undefined, 2),
    ...paragraph(`${machine.cpu}, ${machine.cores} cores`, terminal, undefined, 2),
    ...paragraph(memory, terminal, undefined, 2),
    '',
    style.strong('Backends'),
    ...backends.flatMap(({ name, available, device, precision, detail, remedy }) => {
      const sign = terminal.unicode ? (available ? '✓ ' : '✗ ') : '';
      const where = [device, precision].filter((part) => part !== null).join(', ');
      const state = available ? 'available' : 'NOT available';
      return [
        ...paragraph(
          `${sign}${name}: ${state}${where === '' ? '' : ` on ${where}`}; ${detail}`,
          terminal,
          available ? style.good : style.bad,
          2,
          6,
        ),
        ...(remedy === null ? [] : paragraph(remedy, terminal, style.caution, 6)),
      ];
    }),
    '',
    style.strong('Graphics card'),
    ...cardLines(card).flatMap((line) => paragraph(line, terminal, undefined, 2, 6)),
  ];
}

/** From which work on the card is taken, and where that is kept. */
export function cardLines(card: CardReport | null): string[] {
  if (card === null) return ['none, so auto takes the processor whatever the work'];
  const { device, threshold, file, detail } = card;
  if (threshold === null) return [device, `auto leaves it alone, since it could not be measured: ${detail}`];
  const amount = (flops: number) => `${Number((flops / 1e9).toPrecision(2))} GFLOP`;
  const from = Number.isFinite(threshold.flops)
    ? `auto takes it for more than ${amount(threshold.flops)} of descent, and ${amount(threshold.flopsPerPass)} more for each launch`
    : 'auto never takes it';
  return [device, `${from} (${detail})`, file === null ? 'measured anew each time' : `kept in ${file}`];
}
