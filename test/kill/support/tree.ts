import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * Every file of the lake by key, with the SHA-256 of its bytes. Not the private ones: on a mount of its own, a
 * folder has some beside the objects.
 */
export async function treeOf(lake: string): Promise<ReadonlyMap<string, string>> {
  const tree = new Map<string, string>();
  for (const entry of await readdir(lake, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    const key = path.slice(lake.length + 1);
    if (entry.isDirectory() || /(^|\/)\.hitparade/.test(key)) continue;
    if (!entry.isFile()) throw new Error(`${key} is no regular file`);
    tree.set(key, sha256(await readFile(path)));
  }
  return tree;
}

export const sha256 = (bytes: Uint8Array | string): string =>
  createHash('sha256').update(bytes).digest('hex');

/** The part of the tree below a prefix. */
export const below = (tree: ReadonlyMap<string, string>, prefix: string): Record<string, string> =>
  Object.fromEntries([...tree].filter(([key]) => key.startsWith(prefix)).toSorted());
