import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { ObjectInfo } from './lake.ts';
import { errnoOf, foldersAreReal, infoOf, lstatIfPresent } from './local-files.ts';
import { isPrivateName, splitPrefix } from './local-keys.ts';

interface Entry {
  readonly name: string;
  readonly isDirectory: boolean;
  /** The bytes by which keys below this entry sort among those of its neighbours. */
  readonly order: Buffer;
}

/** Regular files below the root whose key begins with `prefix`; one folder at a time is in memory. */
export async function* listFiles(root: string, prefix: string): AsyncGenerator<ObjectInfo> {
  const { folder, begin } = splitPrefix(prefix);
  if (await foldersAreReal(root, folder)) yield* listFolder(root, folder, begin);
}

async function* listFolder(root: string, folder: string, begin: string): AsyncGenerator<ObjectInfo> {
  for (const entry of await readFolder(join(root, folder))) {
    if (!entry.name.startsWith(begin)) continue;
    const key = folder + entry.name;
    if (entry.isDirectory) {
      yield* listFolder(root, `${key}/`, '');
      continue;
    }
    // It may have vanished since the folder was read: then it is not there.
    const stat = await lstatIfPresent(join(root, key));
    if (stat?.isFile() === true) yield infoOf(key, stat);
  }
}

async function readFolder(path: string): Promise<readonly Entry[]> {
  const entries: Entry[] = [];
  for (const entry of await readEntries(path)) {
    const isDirectory = entry.isDirectory();
    // Links, pipes, sockets and devices are not objects.
    if (!isDirectory && !entry.isFile()) continue;
    const name = entry.name.toString();
    // A name that is not UTF-8 has no key, and its lossy spelling could be another file's.
    if (!Buffer.from(name).equals(entry.name) || isPrivateName(name)) continue;
    // `a.b` comes before `a/c`, though `a` comes before `a.b`.
    entries.push({ name, isDirectory, order: Buffer.from(isDirectory ? `${name}/` : name) });
  }
  return entries.sort((a, b) => Buffer.compare(a.order, b.order));
}

async function readEntries(path: string) {
  try {
    return await readdir(path, { withFileTypes: true, encoding: 'buffer' });
  } catch (error) {
    const code = errnoOf(error);
    if (code === 'ENOENT' || code === 'ENOTDIR') return [];
    throw error;
  }
}
