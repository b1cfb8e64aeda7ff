import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { basename, join, relative, resolve } from 'node:path';
import { UsageError } from '../../errors.ts';
import { ARCHIVE, RAW } from '../../lake/zones.ts';
import { demoDeliveries } from '../../samples/demo.ts';

/** Says that everything in the directory was made by a demo and may be thrown away. */
const MARKER = '.hitparade-demo';

/**
 * An empty directory for a demo.
 * @throws UsageError if there is something in it that no demo made
 */
export async function prepareDirectory(asked: string, cwd: string): Promise<string> {
  const directory = resolve(cwd, asked);
  const names = await namesIn(directory);
  if (names.includes(MARKER)) {
    await assertOnlyDemoFiles(directory);
    await rm(directory, { recursive: true });
  } else if (names.length > 0) {
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

/** Somebody may have tried files of their own in an earlier demo. */
async function assertOnlyDemoFiles(directory: string): Promise<void> {
  const made = new Set(demoDeliveries().flatMap(({ files }) => files.map(({ filename }) => filename)));
  const strangers: string[] = [];
  for (const zone of [RAW, ARCHIVE]) {
    for (const path of await filesBelow(join(directory, zone))) {
      const name = basename(path).replace(/\.reasons\.json$/, '');
      if (!made.has(name)) strangers.push(join(zone, path));
    }
  }
  if (strangers.length === 0) return;
  throw new UsageError(`${directory} holds files that no demo made: ${strangers.slice(0, 5).join(', ')}`, {
    hint: 'a new demo would delete them: move them away, or choose another directory with --dir',
  });
}

async function filesBelow(directory: string): Promise<readonly string[]> {
  if ((await namesIn(directory)).length === 0) return [];
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => !entry.isDirectory())
    .map((entry) => join(relative(directory, entry.parentPath), entry.name));
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
