import { createHash, randomUUID } from 'node:crypto';
import type { BigIntStats } from 'node:fs';
import { lstat, mkdir, open, readdir, rename, rm } from 'node:fs/promises';
import { dirname, join, relative, sep } from 'node:path';
import { PutBackError } from './errors.ts';
import type { ObjectInfo } from './lake.ts';
import { contentOf, contentOfVersion, errnoOf, infoOf, lstatIfPresent } from './local-files.ts';
import { PRIVATE_NAME } from './local-keys.ts';
import { syncDirectory } from './sync-directory.ts';
import type { LocalWriter } from './local-writer.ts';

/** The new content, until it gets its final name. */
const NEXT = 'next';
/** Keeps a successor's folder from being empty: an empty one could be replaced by a rename. */
const TAKEN = 'taken';
/** Replacements between two looks for what can be forgotten. */
const SWEEP_EVERY = 1_000;

/**
 * Replaces files that are still what the caller saw. There is no "rename if" call, so the right to follow
 * a version is a folder named after it, which one contender can get and which stays:
 *
 *     fill <id>/next, <id>/taken     on disk before anyone can see them
 *     rename <id> to after-<version> one contender succeeds: the folder of another is never empty
 *     rename next to the final name  by whoever comes by, once: then `next` is gone
 *
 * A process that stands still anywhere in between, for however long, changes nothing when it goes on: the
 * folder has a successor already, or its `next` has moved. A process that dies leaves a `next` that
 * the next contender puts in its place.
 */
export class LocalSwap {
  readonly #root: string;
  readonly #writer: LocalWriter;
  readonly #lifeMs: number;
  #replaced = 0;

  /** @param lifeMs how long a version that was followed is remembered; must exceed the longest pause */
  constructor(root: string, writer: LocalWriter, lifeMs: number) {
    this.#root = root;
    this.#writer = writer;
    this.#lifeMs = lifeMs;
  }

  /**
   * `undefined` if the file is not, or not any more, the one of that version; then nothing was written.
   * @throws PutBackError
   */
  async replace(
    path: string,
    body: Uint8Array,
    version: string | undefined,
  ): Promise<ObjectInfo | undefined> {
    if (version === undefined) {
      let written: BigIntStats | undefined;
      const created = await this.#writer.create(path, async (file) => {
        await file.writeFile(body);
        written = await file.stat({ bigint: true });
      });
      return created && written !== undefined ? this.#infoOf(path, written) : undefined;
    }
    const seen = contentOfVersion(version);
    if (!isStill(path, seen)) return undefined;
    const swaps = await this.#swapsFor(path);
    // A process that lives for months must not leave this to the next one.
    if (this.#replaced++ % SWEEP_EVERY === 0) await this.#sweep(swaps);
    const mine = join(swaps, randomUUID());
    const successor = join(swaps, `after-${nameOf(this.#keyOf(path), seen)}`);
    try {
      const written = await fill(mine, body);
      const won = await claim(mine, successor);
      await place(join(successor, NEXT), path);
      // It was followed by another file, and is back: whoever goes on would wait for a change that came already.
      if (!won && isStill(path, seen)) throw new PutBackError(this.#keyOf(path));
      return won ? this.#infoOf(path, written) : undefined;
    } finally {
      await rm(mine, { recursive: true, force: true });
    }
  }

  /** Of what was put there. Somebody may have replaced it again already: it was in its place all the same. */
  #infoOf(path: string, written: BigIntStats): ObjectInfo {
    const stat = lstatIfPresent(path);
    const isOurs = stat !== undefined && contentOf(stat) === contentOf(written);
    return infoOf(this.#keyOf(path), isOurs ? stat : written);
  }

  /** Forgets versions that were followed long ago. */
  async #sweep(swaps: string): Promise<void> {
    for (const name of await readdir(swaps)) {
      const stat = lstatIfPresent(join(swaps, name));
      if (stat !== undefined && Date.now() - Number(stat.mtimeMs) > this.#lifeMs)
        await rm(join(swaps, name), { recursive: true, force: true });
    }
  }

  /** On the file system of the target, because a rename does not leave it. */
  async #swapsFor(path: string): Promise<string> {
    const common = join(this.#root, PRIVATE_NAME, 'swaps');
    await this.#writer.ensureScratch(common);
    const folder = dirname(path);
    const [here, there] = await Promise.all([lstat(common), lstat(folder)]);
    const swaps = here.dev === there.dev ? common : join(folder, `${PRIVATE_NAME}-swaps`);
    if (swaps !== common) await this.#writer.ensureScratch(swaps);
    return swaps;
  }

  #keyOf(path: string): string {
    return relative(this.#root, path).split(sep).join('/');
  }
}

const isStill = (path: string, content: string): boolean => {
  const stat = lstatIfPresent(path);
  return stat?.isFile() === true && contentOf(stat) === content;
};

const nameOf = (key: string, content: string): string =>
  createHash('sha256').update(`${key}\0${content}`).digest('hex').slice(0, 40);

async function fill(folder: string, body: Uint8Array) {
  await mkdir(folder);
  await (await open(join(folder, TAKEN), 'wx')).close();
  const file = await open(join(folder, NEXT), 'wx');
  try {
    await file.writeFile(body);
    await file.sync();
    const stat = await file.stat({ bigint: true });
    // Before the folder gets its name: after a power failure, who finds the name finds the content.
    await syncDirectory(folder);
    return stat;
  } finally {
    await file.close();
  }
}

/** `false` if that version has a successor already. */
async function claim(mine: string, successor: string): Promise<boolean> {
  try {
    await rename(mine, successor);
    return true;
  } catch (error) {
    const code = errnoOf(error);
    if (code === 'ENOTEMPTY' || code === 'EEXIST' || (code === 'EPERM' && process.platform === 'win32'))
      return false;
    throw error;
  }
}

async function place(next: string, path: string): Promise<void> {
  try {
    await rename(next, path);
  } catch (error) {
    // Another process has put it there.
    if (errnoOf(error) !== 'ENOENT') throw error;
  }
  await syncDirectory(dirname(path));
}
