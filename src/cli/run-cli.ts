import { CommanderError, type Command } from 'commander';
import { createCli, type Action, type Cli, type Dependencies } from './cli.ts';
import { wantsColour } from './colour.ts';
import { EXIT, exitCodeOfError, exitCodeOfSignal, type ExitCode } from './exit-codes.ts';
import { widthOf, write, type Io } from './io.ts';
import { createProgram } from './program.ts';
import { renderError } from './report-error.ts';
import { makeStyle } from './render/style.ts';

/** The engine and the SDK load when a command opens a lake, not for `--help`. */
const realDependencies: Dependencies = {
  open: async (config, observer) => (await import('../pipeline/open.ts')).openHitparade(config, observer),
};

/** Runs one command and returns its exit code; touches nothing of the process but what `io` holds. */
export async function runCli(
  argv: readonly string[],
  io: Io,
  dependencies: Dependencies = realDependencies,
): Promise<number> {
  let exitCode: ExitCode = EXIT.done;
  let stopsByItself = false;
  let current: Cli | undefined;

  const action = <Arguments extends readonly unknown[]>(body: Action<Arguments>) =>
    async function (this: Command, ...args: Arguments): Promise<void> {
      const cli = await createCli(this, io, dependencies, () => (stopsByItself = true));
      current = cli;
      exitCode = await body(cli, ...args);
    };

  const execute = async (): Promise<number> => {
    try {
      await createProgram(io, action).parseAsync(argv, { from: 'user' });
    } catch (error) {
      if (error instanceof CommanderError) return exitCodeOfCommander(error);
      if (io.signal?.aborted === true && isAbort(error)) return exitCodeOfSignal(io.signal.reason);
      const verbose = current?.verbose ?? argv.includes('--verbose');
      const colour = wantsColour(io.stderr, io.env, argv.includes('--no-color'));
      const style = current?.errorStyle ?? makeStyle({ colour, width: widthOf(io.stderr, io.env) });
      await write(io.stderr, renderError(error, style, { verbose }));
      exitCode = exitCodeOfError(error);
    }
    return io.signal?.aborted === true ? exitCodeOfSignal(io.signal.reason) : exitCode;
  };

  const stopped = new Promise<number>((resolve) => {
    io.signal?.addEventListener('abort', () => {
      if (!stopsByItself) resolve(exitCodeOfSignal(io.signal?.reason));
    });
  });
  return Promise.race([execute(), stopped]);
}

/** Commander has printed its message already; asking for help is no mistake, forgetting the command is. */
function exitCodeOfCommander(error: CommanderError): ExitCode {
  return error.exitCode === 0 ? EXIT.done : EXIT.usage;
}

function isAbort(error: unknown): boolean {
  return error instanceof Error ? error.name === 'AbortError' : typeof error === 'string';
}
