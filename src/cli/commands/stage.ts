import { Argument } from 'commander';
import { STAGES, type StageName } from '../../pipeline/events.ts';
import type { StageReport } from '../../pipeline/hitparade.ts';
import type { Cli } from '../cli.ts';
import type { DefineCommand } from '../define-command.ts';
import { examples } from '../examples.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { tellingWhatIsLeft } from '../stopped.ts';
import { watchRun } from '../watch-run.ts';

interface StageOptions {
  readonly run: string;
  readonly file?: string;
}

export const defineStage: DefineCommand = (program, action) => {
  program
    .command('stage')
    .description('one stage of a run, for an orchestrator; exit code 99 means nothing to do')
    .addArgument(new Argument('<name>', 'the stage').choices(STAGES))
    .requiredOption('--run <id>', 'the run that this stage belongs to; the stages of one run share it')
    .option('--file <name>', 'only this file below raw/streams/')
    .addHelpText(
      'after',
      examples([
        'hitparade stage wait_for_stream --run 2024-06-25T06:00',
        'hitparade stage validate_streams --run 2024-06-25T06:00 --file monday.csv',
      ]),
    )
    .action(action(stage));
};

async function stage(cli: Cli, name: StageName, options: StageOptions): Promise<ExitCode> {
  const signal = cli.stopSignal();
  const watch = await watchRun(cli);
  const { run, file } = options;
  const report = await cli
    .withLake((hitparade) => {
      const work = (): Promise<StageReport> =>
        hitparade.stage(name, { run, signal, ...(file === undefined ? {} : { file }) });
      return tellingWhatIsLeft(cli, watch, hitparade, signal, work);
    }, watch.observer)
    .finally(watch.stop);
  if (cli.json) await cli.printJson(report);
  else if (!cli.quiet) {
    const { renderStage } = await import('../render/stage-report.ts');
    await cli.print(renderStage(report, cli.style));
  }
  return report.worked ? EXIT.done : EXIT.nothingToDo;
}
