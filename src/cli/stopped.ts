import type { Hitparade } from '../pipeline/hitparade.ts';
import type { Cli } from './cli.ts';
import { write } from './io.ts';
import { counted } from './render/numbers.ts';
import type { RunWatch } from './watch-run.ts';

/** Waits for the work; if a signal ended it, says what is left before the lake is closed. */
export async function tellingWhatIsLeft<Result>(
  cli: Cli,
  watch: RunWatch,
  hitparade: Hitparade,
  signal: AbortSignal,
  work: () => Promise<Result>,
): Promise<Result> {
  try {
    return await work();
  } finally {
    watch.stop();
    if (signal.aborted) await write(cli.io.stderr, await stoppedLine(cli, hitparade));
  }
}

async function stoppedLine(cli: Cli, hitparade: Hitparade): Promise<string> {
  const { files, dates } = await hitparade.status();
  const left = [
    ...(files.pending + files.processing > 0 ? [counted(files.pending + files.processing, 'play file')] : []),
    ...(dates.behind > 0 ? [`${counted(dates.behind, 'date')} to publish`] : []),
  ];
  if (left.length === 0) return 'stopped; nothing is left to do\n';
  return `stopped; left: ${left.join(', ')}; \`${cli.copyable('run')}\` goes on from here\n`;
}
