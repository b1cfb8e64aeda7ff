import type { RunReport } from '../../pipeline/reports.ts';
import type { Cli } from '../cli.ts';
import type { DefineCommand } from '../define-command.ts';
import { examples } from '../examples.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { write } from '../io.ts';
import { printable } from '../render/printable.ts';
import { tellingWhatIsLeft } from '../stopped.ts';
import { watchRun } from '../watch-run.ts';

export const defineRun: DefineCommand = (program, action) => {
  program
    .command('run')
    .description('take every pending file through all stages, and publish the dates that changed')
    .addHelpText(
      'after',
      examples([
        'hitparade run',
        'hitparade run --lake ./lake --on-same-name replace',
        'hitparade run --json > report.json',
      ]),
    )
    .action(action(run));
};

async function run(cli: Cli): Promise<ExitCode> {
  const signal = cli.stopSignal();
  const watch = await watchRun(cli);
  const report = await cli
    .withLake(
      (hitparade) => tellingWhatIsLeft(cli, watch, hitparade, signal, () => hitparade.run({ signal })),
      watch.observer,
    )
    .finally(watch.stop);
  if (cli.json) await cli.printJson(report);
  else if (cli.quiet) await printRejected(cli, report);
  else await print(cli, report);
  const rejected = [...report.catalogue, ...report.files].some((file) => file.status === 'failed');
  return rejected ? EXIT.rejected : EXIT.done;
}

async function print(cli: Cli, report: RunReport): Promise<void> {
  const { renderRun, nextSteps } = await import('../render/run-report.ts');
  await cli.print(renderRun(report, cli.style));
  const next = nextSteps(report, cli.copyable);
  if (next.length > 0) await cli.print(`\nNext:\n${next.map((line) => `  ${line}`).join('\n')}\n`);
}

/** Even a quiet run says which files it refused: nobody may believe that they count. */
async function printRejected(cli: Cli, report: RunReport): Promise<void> {
  for (const file of [...report.catalogue, ...report.files]) {
    if (file.status !== 'failed') continue;
    await write(
      cli.io.stderr,
      `rejected: ${printable(file.filename)}: ${printable(file.error ?? 'no reason given')}\n`,
    );
  }
}
