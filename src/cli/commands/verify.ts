import type { Cli } from '../cli.ts';
import type { DefineCommand } from '../define-command.ts';
import { examples } from '../examples.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { watchRun } from '../watch-run.ts';

export const defineVerify: DefineCommand = (program, action) => {
  program
    .command('verify')
    .description('read the whole lake and its tables, and say what is not as the log says; changes nothing')
    .addHelpText('after', examples(['hitparade verify', 'hitparade verify --lake ./lake --json']))
    .action(action(verify));
};

async function verify(cli: Cli): Promise<ExitCode> {
  const signal = cli.stopSignal();
  const watch = await watchRun(cli, 'reading the log');
  const { lake, report } = await cli
    .withLake(
      async (hitparade, { lake }) => ({ lake, report: await hitparade.verify({ signal }) }),
      watch.observer,
    )
    .finally(watch.stop);
  if (cli.json) await cli.printJson(report);
  else {
    const { renderVerify } = await import('../render/verify-report.ts');
    await cli.print(renderVerify(report, lake, cli.style, cli.copyable));
  }
  return report.ok ? EXIT.done : EXIT.wrong;
}
