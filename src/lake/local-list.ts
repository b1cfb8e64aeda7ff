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

/** How many files and folders are looked at together: a look is mostly waiting for a thread that looks. */
const TOGETHER = 64;

/** Regular files below the root whose key begins with `prefix`; few folders at a time are in memory. */
export async function* listFiles(root: string, prefix: string): AsyncGenerator<ObjectInfo> {
  const { folder, begin } = splitPrefix(prefix);
  if (await foldersAreReal(root, folder)) yield* listFolder(root, folder, begin, TOGETHER);
}

async function* listFolder(
  root: string,
  folder: string,
  begin: string,
  together: number,
): AsyncGenerator<ObjectInfo> {
  const entries = (await readFolder(join(root, folder))).filter(({ name }) => name.startsWith(begin));
  for (let from = 0; from < entries.length; from += together) {
    const next = entries.slice(from, from + together);
    const each = Math.floor(together / next.length);
    const begun = next.map(({ name, isDirectory }) =>
      isDirectory ? listFolder(root, `${folder}${name}/`, '', each) : listFile(root, folder + name),
    );
    const firsts = await Promise.all(begun.map((listed) => listed.next()));
    for (const [index, listed] of begun.entries()) {
      const first = firsts[index];
      if (first === undefined || first.done === true) continue;
      yield first.value;
      yield* listed;
    }
  }
}

async function* listFile(root: string, key: string): AsyncGenerator<ObjectInfo> {
  // It may have vanished since the folder was read: then it is not there.
  const stat = await lstatIfPresent(join(root, key));
  if (stat?.isFile() === true) yield infoOf(key, stat);
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
