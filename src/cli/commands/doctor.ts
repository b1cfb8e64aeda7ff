import type { Cli } from '../cli.ts';
import type { DefineCommand } from '../define-command.ts';
import { examples } from '../examples.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';

export const defineDoctor: DefineCommand = (program, action) => {
  program
    .command('doctor')
    .description('look for what would fail later (disk, rights, clock, tables), and say how to mend it')
    .addHelpText('after', examples(['hitparade doctor', 'hitparade doctor --lake ./lake --json']))
    .action(action(doctor));
};

async function doctor(cli: Cli): Promise<ExitCode> {
  const report = await cli.withAnyLake((hitparade) => hitparade.doctor());
  if (cli.json) await cli.printJson(report);
  else {
    const { renderDoctor } = await import('../render/doctor-report.ts');
    await cli.print(renderDoctor(report, cli.style));
  }
  return report.ok ? EXIT.done : EXIT.wrong;
}
