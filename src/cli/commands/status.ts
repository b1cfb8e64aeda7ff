import type { Cli } from '../cli.ts';
import type { DefineCommand } from '../define-command.ts';
import { examples } from '../examples.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';

export const defineStatus: DefineCommand = (program, action) => {
  program
    .command('status')
    .description('files by state, dates behind, bad records by reason, last runs')
    .addHelpText('after', examples(['hitparade status', 'hitparade status --json']))
    .action(action(status));
};

async function status(cli: Cli): Promise<ExitCode> {
  const report = await cli.withLake((hitparade) => hitparade.status());
  if (cli.json) {
    await cli.printJson(report);
    return EXIT.done;
  }
  const { renderStatus } = await import('../render/status.ts');
  await cli.print(renderStatus(report, cli.style));
  const { pending } = report.files;
  if (pending > 0 || report.dates.behind > 0)
    await cli.note(`\n\`${cli.copyable('run')}\` brings it up to date\n`);
  return EXIT.done;
}
