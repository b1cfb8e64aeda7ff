import type { RunReport } from '../../pipeline/reports.ts';
import type { Cli } from '../cli.ts';
import type { DefineCommand } from '../define-command.ts';
import { examples } from '../examples.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { write } from '../io.ts';
import { counted } from '../render/numbers.ts';
import { printable } from '../render/printable.ts';
import { watchRun, type RunWatch } from '../watch-run.ts';

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
  let report: RunReport;
  try {
    report = await cli.withLake((hitparade) => hitparade.run({ signal }), watch.observer);
  } finally {
    watch.stop();
    if (signal.aborted) await write(cli.io.stderr, stoppedLine(cli, watch));
  }
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

export function stoppedLine(cli: Cli, watch: RunWatch): string {
  const { files, finished } = watch.seen();
  const left = files - finished;
  const state =
    left > 0
      ? `${finished} of ${counted(files, 'file')} done, ${left} left`
      : 'every file is taken; dates may still have to be published';
  return `stopped: ${state}; \`${cli.copyable('run')}\` goes on from here\n`;
}
