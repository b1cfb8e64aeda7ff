import { join } from 'node:path';
import { type Running, start, type Surroundings } from '../../cli-e2e/support/program.ts';

const HOOK = join(import.meta.dirname, 'stand-still.mjs');

/**
 * Starts the program and returns when it has stopped itself at a step: SIGCONT lets it go on.
 * @param at a regular expression over steps, as `stand-still.mjs` tells them
 * @param nth which of the steps that match
 */
export async function standingStill(
  args: readonly string[],
  { cwd, env = {} }: Surroundings,
  at: string,
  nth = 1,
): Promise<Running> {
  const run = start(args, {
    cwd,
    env: { ...env, STAND_STILL_AT: `^${at}`, STAND_STILL_NTH: String(nth) },
    nodeOptions: ['--import', HOOK],
  });
  await run.until('stderr', 'standing still');
  return run;
}
