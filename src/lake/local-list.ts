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

type Page = readonly ObjectInfo[];

/** Regular files below the root whose key begins with `prefix`; few folders at a time are in memory. */
export async function* listFiles(root: string, prefix: string): AsyncGenerator<ObjectInfo> {
  const { folder, begin } = splitPrefix(prefix);
  if (!(await foldersAreReal(root, folder))) return;
  // A page at a time: to hand each file up through all folders costs more than the look at it.
  for await (const page of listFolder(root, folder, begin, TOGETHER)) yield* page;
}

async function* listFolder(
  root: string,
  folder: string,
  begin: string,
  together: number,
): AsyncGenerator<Page> {
  const entries = await readFolder(root, folder, begin);
  for (let from = 0; from < entries.length; from += together) {
    const next = entries.slice(from, from + together);
    const each = Math.floor(together / next.length);
    const begun = await Promise.all(
      next.map(({ name, isDirectory }) =>
        isDirectory ? beginFolder(root, `${folder}${name}/`, each) : look(root, folder + name),
      ),
    );
    let page: ObjectInfo[] = [];
    for (const { first, rest } of begun) {
      page.push(...first);
      for await (const more of rest ?? []) {
        yield page;
        page = [...more];
      }
    }
    yield page;
  }
}

/** What is found first of a file or folder, and the pages that follow. */
interface Begun {
  readonly first: Page;
  readonly rest?: AsyncGenerator<Page>;
}

async function beginFolder(root: string, folder: string, together: number): Promise<Begun> {
  const rest = listFolder(root, folder, '', together);
  const page = await rest.next();
  return page.done === true ? { first: [] } : { first: page.value, rest };
}

async function look(root: string, key: string): Promise<Begun> {
  // It may have vanished since the folder was read: then it is not there.
  const stat = await lstatIfPresent(join(root, key));
  return { first: stat?.isFile() === true ? [infoOf(key, stat)] : [] };
}

/** The keys of the same files, as their folders name them. */
export async function* listKeys(root: string, prefix: string): AsyncGenerator<string> {
  const { folder, begin } = splitPrefix(prefix);
  if (await foldersAreReal(root, folder)) yield* listNames(root, folder, begin);
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
