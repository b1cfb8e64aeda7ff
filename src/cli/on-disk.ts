import { access, constants } from 'node:fs/promises';
import { dirname } from 'node:path';
import { DiskFullError } from './errors.ts';
import { UsageError } from '../errors.ts';

const REFUSALS: Readonly<Record<string, string>> = {
  EROFS: 'the file system is mounted read-only',
  EACCES: 'this user is not permitted to',
  EPERM: 'this user is not permitted to',
  EEXIST: 'a file stands where a directory must be',
  ENOTDIR: 'a file stands where a directory must be',
};

/**
 * Runs a step that writes where the person said.
 * @param action what the step does, as `make a lake in x`
 * @throws UsageError if the system does not let us write there, DiskFullError if no space is left
 */
export async function onDisk<T>(action: string, step: () => Promise<T>): Promise<T> {
  try {
    return await step();
  } catch (error) {
    const cause = await whatForbids(error);
    const code = codeOf(cause);
    if (code === 'ENOSPC' || code === 'EDQUOT') throw new DiskFullError(action, code, cause);
    const refusal = REFUSALS[code];
    if (refusal === undefined) throw cause;
    throw new UsageError(`cannot ${action}: ${refusal} (${code})`, {
      hint: 'choose another directory, or mend this one',
      cause,
    });
  }
}

/** Node says ENOENT of a directory that it cannot make because the file system is read-only. */
async function whatForbids(error: unknown): Promise<unknown> {
  if (!(error instanceof Error && 'path' in error && codeOf(error) === 'ENOENT')) return error;
  let path = dirname(String(error.path));
  for (;;) {
    try {
      await access(path, constants.W_OK);
      return error;
    } catch (forbidden) {
      if (codeOf(forbidden) !== 'ENOENT' || path === dirname(path)) return forbidden;
      path = dirname(path);
    }
  }
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : '';
}
