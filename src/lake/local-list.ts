import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import type { ObjectInfo } from './lake.ts';
import { errnoOf, foldersAreReal, infoOf, lstatIfPresent } from './local-files.ts';
import { isPrivateName, splitPrefix } from './local-keys.ts';

/** Files of a large folder that are looked at before other work of this thread has its turn. */
const LOOKS_AT_ONCE = 100;

interface Entry {
  readonly name: string;
  readonly isDirectory: boolean;
  /** The bytes by which keys below this entry sort among those of its neighbours. */
  readonly order: Buffer;
}

/** Regular files below the root whose key begins with `prefix`; one folder at a time is in memory. */
export async function* listFiles(root: string, prefix: string): AsyncGenerator<ObjectInfo> {
  const { folder, begin } = splitPrefix(prefix);
  if (foldersAreReal(root, folder)) yield* listFolder(root, folder, begin);
}

async function* listFolder(root: string, folder: string, begin: string): AsyncGenerator<ObjectInfo> {
  let looks = 0;
  for (const { name, isDirectory } of await readFolder(root, folder, begin)) {
    const key = folder + name;
    if (isDirectory) {
      yield* listFolder(root, `${key}/`, '');
      continue;
    }
    // It may have vanished since the folder was read: then it is not there.
    if (++looks % LOOKS_AT_ONCE === 0) await setImmediate();
    const stat = lstatIfPresent(join(root, key));
    if (stat?.isFile() === true) yield infoOf(key, stat);
  }
}

/** The keys of the same files, as their folders name them. */
export async function* listKeys(root: string, prefix: string): AsyncGenerator<string> {
  const { folder, begin } = splitPrefix(prefix);
  if (foldersAreReal(root, folder)) yield* listNames(root, folder, begin);
}

async function* listNames(root: string, folder: string, begin: string): AsyncGenerator<string> {
  for (const { name, isDirectory } of await readFolder(root, folder, begin)) {
    if (isDirectory) yield* listNames(root, `${folder}${name}/`, '');
    else yield folder + name;
  }
}

/** What has a name that begins so. */
async function readFolder(root: string, folder: string, begin: string): Promise<readonly Entry[]> {
  const entries: Entry[] = [];
  for (const entry of await readEntries(join(root, folder))) {
    const isDirectory = entry.isDirectory();
    // Links, pipes, sockets and devices are not objects.
    if (!isDirectory && !entry.isFile()) continue;
    const name = entry.name.toString();
    // A name that is not UTF-8 has no key, and its lossy spelling could be another file's.
    if (!Buffer.from(name).equals(entry.name) || isPrivateName(name) || !name.startsWith(begin)) continue;
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
