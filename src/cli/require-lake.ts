import { stat } from 'node:fs/promises';
import { UsageError } from '../errors.ts';
import { quoted, shownPath } from './paths.ts';

/**
 * A mistyped path must not become a new, empty lake.
 * @throws UsageError if there is no such directory
 */
export async function requireLake(lake: string, program: string, cwd: string): Promise<void> {
  const found = await lookUp(lake);
  if (found === 'a directory') return;
  if (found === 'nothing') {
    throw new UsageError(`the lake ${lake} does not exist`, {
      hint: `check the path, or make a lake there: \`${program} init ${quoted(shownPath(cwd, lake))}\``,
    });
  }
  throw new UsageError(`the lake ${lake} is a file, not a directory`, {
    hint: 'name the directory that holds raw/, not a file in it',
  });
}

async function lookUp(path: string): Promise<'a directory' | 'a file' | 'nothing'> {
  try {
    return (await stat(path)).isDirectory() ? 'a directory' : 'a file';
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? cause.code : undefined;
    if (code === 'ENOENT') return 'nothing';
    if (code === 'ENOTDIR') {
      throw new UsageError(`the lake ${path} cannot be: something above it is a file`, {
        hint: 'check the path',
        cause,
      });
    }
    throw new UsageError(`the lake ${path} cannot be looked at: ${String(cause)}`, { cause });
  }
}
