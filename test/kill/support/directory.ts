import { mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Runs one try in a directory of its own; that of a try that failed is kept, for whoever looks for the cause. */
export async function inDirectory<T>(what: string, work: (directory: string) => Promise<T>): Promise<T> {
  const directory = await realpath(await mkdtemp(join(tmpdir(), 'hitparade-kill-')));
  let result: T;
  try {
    result = await work(directory);
  } catch (error) {
    if (error instanceof Error) error.message += `\n(${what}; kept for a look: ${directory})`;
    throw error;
  }
  await rm(directory, { recursive: true, force: true });
  return result;
}
