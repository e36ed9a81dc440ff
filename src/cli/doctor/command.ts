import type { Command } from 'commander';
import { type CommandLineIo, terminalOf } from '../output/terminal.js';

export function addDoctorCommand(program: Command, io: CommandLineIo): void {
  program
    .command('doctor')
    .allowExcessArguments(false)
    .description('show which backends work here, on what device, and what is missing')
    .option('--json', 'print one JSON document and nothing else')
    .addHelpText('after', '\nExamples:\n  overtrain doctor\n  overtrain doctor --json')
    .action(async ({ json }: { json?: true }) => {
      const { diagnose, diagnosisLines } = await import('./diagnosis.js');
      const diagnosis = await diagnose();
      if (json) io.stdout.write(`${JSON.stringify(diagnosis)}\n`);
      else io.stdout.write(`${diagnosisLines(diagnosis, terminalOf(io.stdout, io.env)).join('\n')}\n`);
    });
}
