import type { Observer, PipelineEvent } from '../../pipeline/events.ts';
import { parseCount } from '../arguments.ts';
import type { Cli } from '../cli.ts';
import type { DefineCommand } from '../define-command.ts';
import { examples } from '../examples.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { dateLine, fileLine } from '../render/watch-lines.ts';
import { tellingWhatIsLeft } from '../stopped.ts';
import { watchRun, type RunWatch } from '../watch-run.ts';

interface WatchFlags {
  readonly reconcileSeconds?: number;
}

export const defineWatch: DefineCommand = (program, action) => {
  program
    .command('watch')
    .description('do what `run` does, whenever a file has settled, until Ctrl-C or SIGTERM')
    .option('--reconcile-seconds <number>', 'between two looks at what is left (default: 60)', parseCount)
    .addHelpText(
      'after',
      examples([
        'hitparade watch',
        'hitparade watch --lake ./lake --settle-seconds 30',
        'hitparade watch --json',
      ]),
    )
    .action(action(watch));
};

async function watch(cli: Cli, { reconcileSeconds }: WatchFlags): Promise<ExitCode> {
  const signal = cli.stopSignal();
  const progress = await watchRun(cli);
  const report = await cli
    .withLake(
      (hitparade) =>
        tellingWhatIsLeft(cli, progress, hitparade, signal, async () => {
          await cli.note(`watching; Ctrl-C ends it\n`);
          return hitparade.watch({ signal, reconcileSeconds });
        }),
      observerOf(cli, progress),
    )
    .finally(progress.stop);
  if (cli.json) await cli.printJson(report);
  return EXIT.done;
}

/** A line for each file that was taken and each date that was published; nothing while nothing happens. */
function observerOf(cli: Cli, progress: RunWatch): Observer {
  return (event) => {
    if (cli.verbose || !isQuiet(event)) progress.observer(event);
    if (event.type === 'run_finished') progress.stop();
    if (event.type !== 'file' && event.type !== 'date') return;
    progress.stop();
    const line =
      event.type === 'file' ? fileLine(event.report, cli.style) : dateLine(event.report, cli.style);
    const rejected = event.type === 'file' && event.report.status === 'failed';
    // Even with --quiet or --json nobody may believe that a rejected file counts.
    if (cli.json || cli.quiet) {
      if (rejected) cli.io.stderr.write(`${fileLine(event.report, cli.errorStyle)}\n`);
    } else cli.io.stdout.write(`${line}\n`);
  };
}

/** A pass that only reconciles, and files that another process of this lake is at work on. */
function isQuiet(event: PipelineEvent): boolean {
  if (event.type === 'run_started') return event.files === 0;
  return event.type === 'notice' && event.heldElsewhere === true;
}
