import { mkdir, realpath, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { AttemptTakenError, ObjectChangedError, ObjectMissingError } from './errors.ts';
import type { Lake, ObjectInfo, OpenObject, ReadObject, Workspace } from './lake.ts';
import {
  contentOf,
  doing,
  errnoOf,
  foldersAreReal,
  infoOf,
  lstatIfPresent,
  makeFolders,
  openRegular,
  readBytes,
} from './local-files.ts';
import { assertAttempt, assertKey } from './local-keys.ts';
import { listFiles, listKeys } from './local-list.ts';
import { LocalRoot } from './local-root.ts';
import { LocalSwap } from './local-swap.ts';
import { streamOf } from './local-stream.ts';
import { LocalTrash } from './local-trash.ts';
import { LocalWorkspace } from './local-workspace.ts';
import { LocalWriter, syncFile } from './local-writer.ts';
import type { Fill } from './local-writer.ts';
import { RAW, STAGING } from './zones.ts';

/** Far longer than any write lasts: only what a dead process left is older. */
const SCRATCH_LIFE_MS = 3 * 24 * 60 * 60 * 1000;
/** As much as is scanned at a time. A small file is read at once, and gets no larger buffer than that. */
const READ_BYTES = 1024 * 1024;
/** Why a second name may be impossible where a copy is not. */
const CANNOT_LINK: readonly (string | undefined)[] = ['EXDEV', 'EMLINK', 'EPERM'];

/**
 * A lake in a directory. Objects are regular files reached through real folders: links, pipes,
 * devices, names that are not UTF-8 and names that begin with `.hitparade` are never objects.
 * Scratch files, the trash and embedded tables live in `.hitparade/` below the root.
 */
export class LocalLake implements Lake {
  readonly url: string;
  readonly #root: string;
  readonly #writer: LocalWriter;
  readonly #trash: LocalTrash;
  readonly #swap: LocalSwap;

  private constructor(directory: LocalRoot) {
    const root = directory.path;
    this.url = pathToFileURL(root).href;
    this.#root = root;
    this.#writer = new LocalWriter(directory);
    this.#trash = new LocalTrash(root, this.#writer);
    this.#swap = new LocalSwap(root, this.#writer, SCRATCH_LIFE_MS);
  }

  /** Makes the directory if needed, and finishes what processes that died here had begun. */
  static async open(directory: string): Promise<LocalLake> {
    return doing(`open the lake ${directory}`, async () => {
      await makeFolders(resolve(directory));
      // The root itself may be a link; below it none is followed.
      const lake = new LocalLake(LocalRoot.of(await realpath(resolve(directory))));
      await lake.tidy();
      return lake;
    });
  }

  async tidy(): Promise<void> {
    await doing('tidy the lake', async () => {
      await this.#writer.sweep(SCRATCH_LIFE_MS);
      await this.#trash.recover(SCRATCH_LIFE_MS);
    });
  }

  async head(key: string): Promise<ObjectInfo | undefined> {
    assertKey(key);
    return doing(`look up ${key}`, () => {
      if (!foldersAreReal(this.#root, key)) return undefined;
      const stat = lstatIfPresent(this.#path(key));
      return stat?.isFile() === true ? infoOf(key, stat) : undefined;
    });
  }

  async get(key: string): Promise<Uint8Array | undefined> {
    return (await this.read(key))?.body;
  }

  async read(key: string): Promise<ReadObject | undefined> {
    return doing(`read ${key}`, async () => {
      const opened = await this.#open(key);
      if (opened === undefined) return undefined;
      try {
        const info = infoOf(key, opened.stat);
        return { ...info, body: await readBytes(opened.handle, info.bytes) };
      } finally {
        await opened.handle.close();
      }
    });
  }

  list(prefix: string): AsyncIterable<ObjectInfo> {
    return listFiles(this.#root, prefix);
  }

  keys(prefix: string): AsyncIterable<string> {
    return listKeys(this.#root, prefix);
  }

  /** Read the stream to its end or destroy it: until then it holds the file open. */
  async open(key: string): Promise<OpenObject> {
    return doing(`read ${key}`, async () => {
      const opened = await this.#open(key);
      if (opened === undefined) throw new ObjectMissingError(key);
      const info = infoOf(key, opened.stat);
      return {
        info,
        stream: streamOf(opened.handle, Math.min(READ_BYTES, info.bytes + 1)),
        assertUnchanged: () =>
          doing(`look up ${key}`, () => {
            const now = lstatIfPresent(this.#path(key));
            if (now === undefined || contentOf(now) !== contentOf(opened.stat))
              throw new ObjectChangedError(key);
          }),
      };
    });
  }

  async putIfAbsent(key: string, body: Uint8Array): Promise<boolean> {
    assertKey(key);
    return doing(`write ${key}`, () => this.#writer.create(this.#path(key), (file) => file.writeFile(body)));
  }

  async put(key: string, body: Uint8Array): Promise<void> {
    assertKey(key);
    await doing(`write ${key}`, () => this.#writer.replace(this.#path(key), (file) => file.writeFile(body)));
  }

  async copyIfAbsent(from: string, to: string): Promise<boolean> {
    assertKey(to);
    return doing(`copy ${from} to ${to}`, async () => {
      if ((await this.head(from)) === undefined) throw new ObjectMissingError(from);
      const received = this.#isReceivedHereOnly(from);
      if (received || from.startsWith(STAGING)) {
        try {
          // Whoever delivered it need not have: the copy is what is left when the source goes.
          if (received) await syncFile(this.#path(from));
          return await this.#writer.link(this.#path(from), this.#path(to));
        } catch (error) {
          if (errnoOf(error) === 'ENOENT') throw new ObjectMissingError(from);
          if (!CANNOT_LINK.includes(errnoOf(error))) throw error;
        }
      }
      return this.#writer.create(this.#path(to), this.#contentOf(from));
    });
  }

  /**
   * Staged objects never change, so they may share their bytes with a copy. A source file may still be
   * open in the program that delivers it: sharing keeps what that writes late, which would vanish with the
   * source otherwise. Not so if the file has another name outside, where its owner may rewrite it.
   */
  #isReceivedHereOnly(key: string): boolean {
    if (!key.startsWith(RAW)) return false;
    return lstatIfPresent(this.#path(key))?.nlink === 1n;
  }

  async putIfMatch(
    key: string,
    body: Uint8Array,
    version: string | undefined,
  ): Promise<ObjectInfo | undefined> {
    assertKey(key);
    return doing(`write ${key}`, () => this.#swap.replace(this.#path(key), body, version));
  }

  async deleteIfMatch(key: string, version: string): Promise<boolean> {
    assertKey(key);
    return doing(`delete ${key}`, async () =>
      foldersAreReal(this.#root, key) ? this.#trash.deleteIfMatch(key, version) : false,
    );
  }

  engineInputs(keys: readonly string[]): Promise<readonly string[]> {
    for (const key of keys) assertKey(key);
    return Promise.resolve(keys.map((key) => this.#path(key)));
  }

  /** @throws AttemptTakenError: an attempt gets a workspace once, for its files may have second names */
  async workspace(attempt: string): Promise<Workspace> {
    assertAttempt(attempt);
    const workspace = new LocalWorkspace(this.#root, attempt, this.#writer);
    await doing(`make the workspace ${attempt}`, async () => {
      await this.#writer.ensureDirectory(this.#path(STAGING));
      try {
        await mkdir(workspace.directory);
      } catch (error) {
        if (errnoOf(error) === 'EEXIST') throw new AttemptTakenError(attempt);
        throw error;
      }
    });
    return workspace;
  }

  #path(key: string): string {
    return join(this.#root, key);
  }

  async #open(key: string) {
    assertKey(key);
    return foldersAreReal(this.#root, key) ? openRegular(this.#path(key)) : undefined;
  }

  /** A copy is of one version or it fails. */
  #contentOf(key: string): Fill {
    return async (file) => {
      const source = await this.open(key);
      await writeFile(file, source.stream);
      await source.assertUnchanged();
    };
  }
}
