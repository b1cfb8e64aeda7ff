import type { Observer } from '../pipeline/events.ts';
import type { Cli } from './cli.ts';
import { printable } from './render/printable.ts';

/** Tells whoever looks at stderr how a run goes on. */
export interface RunWatch {
  readonly observer: Observer;
  /** Takes the progress line away; the rest of the output begins on a clean line. */
  readonly stop: () => void;
}

/** A log with --verbose; a moving line on a terminal; otherwise only what a person should know of. */
export async function watchRun(cli: Cli, first = 'looking for new files'): Promise<RunWatch> {
  const nothingToStop = (): void => undefined;
  if (cli.verbose) {
    const { eventLog } = await import('./event-log.ts');
    return { observer: eventLog(cli.io.stderr), stop: nothingToStop };
  }
  if (cli.quiet) return { observer: () => undefined, stop: nothingToStop };
  const notice = (subject: string, message: string): string =>
    `${cli.errorStyle.paint.yellow('note:')} ${printable(subject)}: ${printable(message)}\n`;
  if (cli.io.stderr.isTTY === true && !cli.json) {
    const { progressDisplay } = await import('./progress-display.ts');
    return progressDisplay(cli, notice, first);
  }
  return {
    observer(event) {
      if (event.type === 'notice') cli.io.stderr.write(notice(event.subject, event.message));
    },
    stop: nothingToStop,
  };
}
