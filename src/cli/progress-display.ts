import ora from 'ora';
import type { Cli } from './cli.ts';
import type { RunWatch } from './watch-run.ts';
import { progressLine } from './render/progress-line.ts';

/** One moving line on the terminal; notices are written above it. */
export function progressDisplay(
  cli: Cli,
  notice: (subject: string, message: string) => string,
): Pick<RunWatch, 'observer' | 'stop'> {
  const spinner = ora({
    stream: cli.io.stderr,
    text: 'looking for new files',
    color: cli.errorStyle.colour ? 'cyan' : false,
    // Raw mode would keep Ctrl-C from becoming a signal while the engine works.
    discardStdin: false,
  });
  const started = Date.now();
  let stage = '';
  let stageStarted = started;
  spinner.start();
  return {
    observer(event) {
      if (event.type === 'progress') {
        const now = Date.now();
        if (event.stage !== stage) [stage, stageStarted] = [event.stage, now];
        spinner.text = progressLine(event, now - stageStarted, cli.errorStyle);
      } else if (event.type === 'notice') {
        spinner.clear();
        cli.io.stderr.write(notice(event.subject, event.message));
      }
    },
    stop: () => void spinner.stop(),
  };
}
