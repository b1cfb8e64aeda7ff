#!/usr/bin/env node
import process from 'node:process';
import { EXIT, exitCodeOfSignal } from './exit-codes.ts';
import { runCli } from './run-cli.ts';

/** `hitparade … | head`: whoever read our output has seen enough. */
for (const output of [process.stdout, process.stderr]) {
  output.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(EXIT.done);
    throw error;
  });
}

/** Who stops a service waits that long, and kills it then. */
const STOP_MS = 9_000;

/** The first signal asks the command to stop cleanly; the second one does not ask. */
const stop = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => {
    if (stop.signal.aborted) process.exit(exitCodeOfSignal(signal));
    stop.abort(signal);
    // Whatever hangs then is left to the next run, as after a crash.
    setTimeout(() => process.exit(exitCodeOfSignal(signal)), STOP_MS).unref();
  });
}

const exitCode = await runCli(process.argv.slice(2), {
  stdout: process.stdout,
  stderr: process.stderr,
  env: process.env,
  cwd: process.cwd(),
  signal: stop.signal,
});

/** A pipe is written asynchronously: what is still on its way would be lost by `process.exit`. */
const flushed = (output: NodeJS.WriteStream): Promise<void> =>
  new Promise((resolve) => {
    output.write('', () => {
      resolve();
    });
  });
await Promise.all([flushed(process.stdout), flushed(process.stderr)]);
// A socket that some library keeps open must not keep a finished command alive.
process.exit(exitCode);
