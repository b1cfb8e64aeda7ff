import ora from 'ora';
import type { Cli } from './cli.ts';
import type { RunWatch } from './watch-run.ts';
import { progressLine } from './render/progress-line.ts';

/** One moving line on the terminal; notices are written above it. */
export function progressDisplay(
  cli: Cli,
  notice: (subject: string, message: string) => string,
  /** What is said before the first progress. */
  first: string,
): RunWatch {
  const spinner = ora({
    stream: cli.io.stderr,
    text: first,
    color: cli.errorStyle.colour ? 'cyan' : false,
    // Raw mode would keep Ctrl-C from becoming a signal while the engine works.
    discardStdin: false,
  });
  /** Two stages can tell of themselves in turn. */
  const begun = new Map<string, { readonly at: number; readonly done: number; reached: number }>();
  spinner.start();
  return {
    observer(event) {
      // A demo runs several times; each run shows its own progress.
      if (event.type === 'run_started') {
        begun.clear();
        if (!spinner.isSpinning) spinner.start();
      }
      if (event.type === 'progress') {
        const now = Date.now();
        const last = begun.get(event.stage);
        // A stage that has done less than before has begun anew.
        const goesOn = last !== undefined && last.reached <= event.done;
        const since = goesOn ? last : { at: now, done: event.done, reached: event.done };
        since.reached = event.done;
        begun.set(event.stage, since);
        spinner.text = progressLine(
          event,
          { ms: now - since.at, units: event.done - since.done },
          cli.errorStyle,
        );
      } else if (event.type === 'notice') {
        spinner.clear();
        cli.io.stderr.write(notice(event.subject, event.message));
      }
    },
    stop: () => void spinner.stop(),
  };
}
