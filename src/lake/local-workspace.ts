import { createHash } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { ObjectMissingError } from './errors.ts';
import type { StagedObject, Workspace } from './lake.ts';
import { doing, errnoOf, foldersAreReal, named, openRegular } from './local-files.ts';
import { assertKey } from './local-keys.ts';
import type { LocalWriter } from './local-writer.ts';
import { syncDirectory } from './sync-directory.ts';
import { STAGING } from './zones.ts';

/** Large enough that hashing, not system calls, is the work. */
const READ_BYTES = 1 << 20;

/**
 * The workspace of a local lake lies in the lake itself, so staging a file moves no bytes. A staged
 * file must not be written again: once it is copied, it and the copy are one file with two names.
 */
export class LocalWorkspace implements Workspace {
  readonly directory: string;
  readonly #root: string;
  readonly #attempt: string;
  readonly #writer: LocalWriter;

  constructor(root: string, attempt: string, writer: LocalWriter) {
    this.#root = root;
    this.#attempt = attempt;
    this.#writer = writer;
    this.directory = join(root, STAGING, attempt);
  }

  path(name: string): string {
    const path = join(this.#root, this.#key(name));
    this.#makeFolder(dirname(path));
    return path;
  }

  /** Below the workspace only: where a lake has vanished, none is begun. */
  #makeFolder(folder: string): void {
    if (folder === this.directory) return;
    this.#makeFolder(dirname(folder));
    try {
      mkdirSync(folder);
    } catch (error) {
      if (errnoOf(error) !== 'EEXIST') throw named(`make ${folder}`, error);
    }
  }

  async stage(name: string): Promise<StagedObject> {
    const key = this.#key(name);
    const path = join(this.#root, key);
    return doing(`stage ${key}`, async () => {
      const opened = foldersAreReal(this.#root, key) ? await openRegular(path) : undefined;
      if (opened === undefined) throw new ObjectMissingError(key);
      let content: Awaited<ReturnType<typeof identityOf>>;
      try {
        await opened.handle.sync();
        content = await identityOf(opened.handle, Number(opened.stat.size));
      } finally {
        await opened.handle.close();
      }
      await this.#writer.ensureDirectory(dirname(path));
      await syncDirectory(dirname(path));
      return { key, ...content };
    });
  }

  async dispose(): Promise<void> {
    await doing(`remove the workspace ${this.#attempt}`, () =>
      rm(this.directory, { recursive: true, force: true }),
    );
  }

  #key(name: string): string {
    const key = `${STAGING}${this.#attempt}/${name}`;
    assertKey(key);
    return key;
  }
}

/** A stream would cost a small file more than its bytes do. */
async function identityOf(file: FileHandle, size: number): Promise<Omit<StagedObject, 'key'>> {
  const buffer = Buffer.allocUnsafe(Math.min(READ_BYTES, size + 1));
  const hash = createHash('sha256');
  let bytes = 0;
  for (;;) {
    const { bytesRead } = await file.read(buffer, 0, buffer.length, bytes);
    if (bytesRead === 0) return { bytes, sha256: hash.digest('hex') };
    hash.update(buffer.subarray(0, bytesRead));
    bytes += bytesRead;
  }
}
