import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { UsageError } from '../../errors.ts';

/** Says that everything in the directory was made by a demo and may be thrown away. */
const MARKER = '.hitparade-demo';

/**
 * An empty directory for a demo.
 * @throws UsageError if there is something in it that no demo made
 */
export async function prepareDirectory(asked: string, cwd: string): Promise<string> {
  const directory = resolve(cwd, asked);
  const names = await namesIn(directory);
  if (names.includes(MARKER)) await rm(directory, { recursive: true });
  else if (names.length > 0) {
    throw new UsageError(`${directory} is not empty, and no demo made it`, {
      hint: 'choose another directory with --dir',
    });
  }
  await mkdir(directory, { recursive: true });
  await writeFile(
    join(directory, MARKER),
    'Made by `hitparade demo`, which deletes this directory when it runs again.\n',
  );
  return directory;
}

async function namesIn(directory: string): Promise<readonly string[]> {
  try {
    return await readdir(directory);
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? cause.code : undefined;
    if (code === 'ENOENT') return [];
    if (code === 'ENOTDIR') throw new UsageError(`${directory} is a file, not a directory`, { cause });
    throw cause;
  }
}
