import { randomUUID } from 'node:crypto';
import { link, mkdir, open, readdir, rename, rm } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { dirname, join, relative, sep } from 'node:path';
import { KeyTakenError } from './errors.ts';
import { errnoOf, lstatIfPresent, openRegular } from './local-files.ts';
import { PRIVATE_NAME } from './local-keys.ts';
import type { LocalRoot } from './local-root.ts';
import { syncDirectory } from './sync-directory.ts';

/** A cache, so it may forget: each attempt has folders of its own, and a process may watch for months. */
const MOST_REMEMBERED = 10_000;

/** Writes the content to an empty file; may be called again with another file. */
export type Fill = (file: FileHandle) => Promise<void>;

/**
 * Puts whole, durable files under final names of one lake. The order is what counts: the bytes are
 * on disk before the name exists, and the name is on disk before the caller is told.
 */
export class LocalWriter {
  readonly #lake: LocalRoot;
  readonly #root: string;
  readonly #scratch: string;
  /** Folders whose own entry in their parent this process knows to be on disk. */
  readonly #durable = new Set<string>();
  /** Folders of the root that are just made. */
  readonly #beginnings = new Map<string, Promise<boolean>>();

  constructor(lake: LocalRoot) {
    this.#lake = lake;
    this.#root = lake.path;
    this.#scratch = join(lake.path, PRIVATE_NAME, 'tmp');
  }

  /** `false` if the name is taken by a regular file. @throws KeyTakenError if by anything else */
  async create(path: string, fill: Fill): Promise<boolean> {
    // Spares the work where the answer is known; the link decides all the same.
    if (this.#isTaken(path)) {
      await syncDirectory(dirname(path));
      return false;
    }
    return this.#place(path, fill, (temporary) => this.#linkIfAbsent(temporary, path));
  }

  /** Readers see the old file or the new one. */
  async replace(path: string, fill: Fill): Promise<void> {
    await this.#place(path, fill, async (temporary) => {
      if (lstatIfPresent(path)?.isDirectory() === true) {
        throw new KeyTakenError(this.#keyOf(path), 'a regular file');
      }
      await rename(temporary, path);
      return true;
    });
  }

  /** A second name for a file that never changes. `false` and errors as in `create`. */
  async link(existing: string, path: string): Promise<boolean> {
    await this.ensureDirectory(dirname(path));
    const linked = await this.#linkIfAbsent(existing, path);
    await syncDirectory(dirname(path));
    return linked;
  }

  /** Makes the folder and puts it and all above it on disk. @throws KeyTakenError */
  async ensureDirectory(directory: string): Promise<void> {
    const below = relative(this.#root, directory);
    let parent = this.#root;
    for (const name of below === '' ? [] : below.split(sep)) {
      const path = join(parent, name);
      const created = await (parent === this.#root ? this.#begin(path) : makeIfAbsent(path));
      if (!created && lstatIfPresent(path)?.isDirectory() !== true) {
        throw new KeyTakenError(this.#keyOf(path), 'a folder');
      }
      // One that another process made may not be on disk yet.
      if (created || !this.#durable.has(path)) await syncDirectory(parent);
      if (this.#durable.size >= MOST_REMEMBERED) this.#durable.clear();
      this.#durable.add(path);
      parent = path;
    }
  }

  /**
   * Makes a folder of the root, unless the lake has vanished: then it is taken away again. Those that come
   * meanwhile wait, so that nobody puts anything into it.
   * @throws LakeReplacedError
   */
  async #begin(path: string): Promise<boolean> {
    const beginning = this.#beginnings.get(path);
    if (beginning !== undefined) return beginning.then(() => false);
    const made = makeIfAbsent(path).then(async (created) => {
      if (created) await this.#lake.assertStillThere(path);
      return created;
    });
    this.#beginnings.set(path, made);
    try {
      return await made;
    } finally {
      this.#beginnings.delete(path);
    }
  }

  /** The same for a private folder: it is nearly always there, and need not be durable. */
  async ensureScratch(directory: string): Promise<void> {
    if (lstatIfPresent(directory) !== undefined) return;
    try {
      await makeDirectory(directory);
    } catch (error) {
      if (errnoOf(error) !== 'ENOENT') throw error;
      await this.ensureDirectory(directory);
    }
  }

  /** Removes what writers that died left behind. `olderThanMs` must exceed the longest write. */
  async sweep(olderThanMs: number): Promise<void> {
    await this.ensureScratch(this.#scratch);
    for (const name of await readdir(this.#scratch)) {
      const path = join(this.#scratch, name);
      const stat = lstatIfPresent(path);
      if (stat !== undefined && Date.now() - Number(stat.mtimeMs) > olderThanMs)
        await rm(path, { force: true });
    }
  }

  async #place(path: string, fill: Fill, finish: Finish): Promise<boolean> {
    await this.ensureDirectory(dirname(path));
    await this.ensureScratch(this.#scratch);
    try {
      return await placeThrough(join(this.#scratch, randomUUID()), path, fill, finish);
    } catch (error) {
      if (errnoOf(error) !== 'EXDEV') throw error;
    }
    // The folder is a mount of its own: only a file beside the target can be linked to it.
    return placeThrough(join(dirname(path), `${PRIVATE_NAME}-${randomUUID()}`), path, fill, finish);
  }

  /** link(2) is the one exclusive step: it fails if the name exists, and rename(2) would not. */
  async #linkIfAbsent(existing: string, path: string): Promise<boolean> {
    try {
      await link(existing, path);
      return true;
    } catch (error) {
      if (errnoOf(error) !== 'EEXIST') throw error;
    }
    this.#isTaken(path);
    return false;
  }

  #isTaken(path: string): boolean {
    const stat = lstatIfPresent(path);
    if (stat !== undefined && !stat.isFile()) throw new KeyTakenError(this.#keyOf(path), 'a regular file');
    return stat !== undefined;
  }

  #keyOf(path: string): string {
    return relative(this.#root, path).split(sep).join('/');
  }
}

/** Gives the temporary file its final name; `false` if that is taken. */
type Finish = (temporary: string) => Promise<boolean>;

async function placeThrough(temporary: string, target: string, fill: Fill, finish: Finish): Promise<boolean> {
  try {
    const file = await open(temporary, 'wx');
    try {
      await fill(file);
      await file.sync();
    } finally {
      await file.close();
    }
    const placed = await finish(temporary);
    // Also if another was first: the caller will build on the other's file, so it must be there to stay.
    await syncDirectory(dirname(target));
    return placed;
  } finally {
    await rm(temporary, { force: true });
  }
}

const makeIfAbsent = async (path: string): Promise<boolean> =>
  lstatIfPresent(path) === undefined && makeDirectory(path);

async function makeDirectory(path: string): Promise<boolean> {
  try {
    await mkdir(path);
    return true;
  } catch (error) {
    if (errnoOf(error) === 'EEXIST') return false;
    throw error;
  }
}

/** Puts the content of a file on disk that somebody else may have written. */
export async function syncFile(path: string): Promise<void> {
  // Windows syncs only what one may write.
  if (process.platform === 'win32') return;
  const opened = await openRegular(path);
  try {
    await opened?.handle.sync();
  } finally {
    await opened?.handle.close();
  }
}
