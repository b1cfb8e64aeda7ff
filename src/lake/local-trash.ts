import { randomUUID } from 'node:crypto';
import type { BigIntStats } from 'node:fs';
import { link, readdir, readFile, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { InvariantError } from '../errors.ts';
import { contentOf, contentOfVersion, errnoOf, lstatIfPresent, versionOf } from './local-files.ts';
import { assertKey, PRIVATE_NAME } from './local-keys.ts';
import { syncDirectory } from './sync-directory.ts';
import type { LocalWriter } from './local-writer.ts';

/** What a deletion is about, on disk before anything moves, so that anyone can finish it. */
interface Intent {
  readonly key: string;
  readonly version: string;
}

/**
 * Deletes files that are still what the caller saw. There is no "unlink if" call, so:
 *
 *     write <id>.json     what is to be deleted, and which version of it
 *     rename to <id>      now no one can put another file in its place
 *     compare             the same: unlink.  Another: link it back
 *
 * Nothing that came in between is lost: if the name was taken again meanwhile, the file returns
 * beside it as `<stem>.restored-<id>.<extensions>`, and both stay. A process that dies in the
 * middle leaves <id> for `recover`. A writer that holds the file open all the while goes
 * unnoticed; take only files whose upload has ended.
 */
export class LocalTrash {
  readonly #root: string;
  readonly #writer: LocalWriter;
  readonly #directory: string;

  constructor(root: string, writer: LocalWriter) {
    this.#root = root;
    this.#writer = writer;
    this.#directory = join(root, PRIVATE_NAME, 'trash');
  }

  /** `false` if the key is gone or has another version. */
  async deleteIfMatch(key: string, version: string): Promise<boolean> {
    const path = join(this.#root, key);
    const stat = lstatIfPresent(path);
    if (stat?.isFile() !== true || versionOf(stat) !== version) return false;

    const id = randomUUID();
    const intent: Intent = { key, version };
    await this.#writer.create(join(this.#directory, `${id}.json`), (file) =>
      file.writeFile(JSON.stringify(intent)),
    );
    let trashed: string | undefined;
    try {
      trashed = await this.#moveAway(path, id);
    } finally {
      if (trashed === undefined) await rm(join(this.#directory, `${id}.json`));
    }
    return trashed === undefined ? false : this.#finish(id, intent, trashed);
  }

  /**
   * Finishes what processes that died began; safe beside ones that live. An intent without a file
   * may be about to get one, so it goes only when it is older than `olderThanMs`.
   */
  async recover(olderThanMs: number): Promise<void> {
    await this.#writer.ensureScratch(this.#directory);
    const names = (await readdir(this.#directory)).filter((name) => name.endsWith('.json'));
    for (const name of names) {
      const id = basename(name, '.json');
      const written = lstatIfPresent(join(this.#directory, name));
      if (written === undefined) continue;
      const intent = await this.#read(name);
      if (intent === undefined) continue;
      const trashed = this.#trashed(id, intent);
      if (trashed !== undefined) {
        await this.#finish(id, intent, trashed);
      } else if (Date.now() - Number(written.mtimeMs) > olderThanMs) {
        await rm(join(this.#directory, name), { force: true });
      }
    }
  }

  /** Where the file is now; `undefined` if it was gone. */
  async #moveAway(path: string, id: string): Promise<string | undefined> {
    for (const place of this.#places(path, id)) {
      try {
        await rename(path, place);
        return place;
      } catch (error) {
        if (errnoOf(error) === 'ENOENT') return undefined;
        if (errnoOf(error) !== 'EXDEV') throw error;
      }
    }
    throw new InvariantError(`${path} lies on another file system than its own folder`);
  }

  /** A rename does not leave the file system, and the folder can be a mount of its own: then beside the file. */
  #places(path: string, id: string): readonly string[] {
    return [join(this.#directory, id), join(dirname(path), `${PRIVATE_NAME}-${id}`)];
  }

  #trashed(id: string, { key }: Intent): string | undefined {
    for (const place of this.#places(join(this.#root, key), id))
      if (lstatIfPresent(place) !== undefined) return place;
    return undefined;
  }

  async #finish(id: string, intent: Intent, trashed: string): Promise<boolean> {
    const path = join(this.#root, intent.key);
    const stat = lstatIfPresent(trashed);
    // Another process recovered it; what it decided shows in whether the key is there again.
    if (stat === undefined) return lstatIfPresent(path) === undefined;

    const matches = stat.isFile() && contentOf(stat) === contentOfVersion(intent.version);
    if (!matches) await this.#putBack(trashed, stat, path, id);
    await rm(trashed, { force: true });
    await syncDirectory(dirname(path));
    await rm(join(this.#directory, `${id}.json`), { force: true });
    return matches;
  }

  async #putBack(trashed: string, stat: BigIntStats, path: string, id: string): Promise<void> {
    await this.#writer.ensureDirectory(dirname(path));
    for (const target of [path, join(dirname(path), restoredName(basename(path), id))]) {
      try {
        // A folder cannot be linked; a rename over a file or a filled folder fails just as well.
        await (stat.isDirectory() ? rename(trashed, target) : link(trashed, target));
        return;
      } catch (error) {
        const code = errnoOf(error);
        // Another process recovers the same entry and has moved it on.
        if (code === 'ENOENT') return;
        if (code !== 'EEXIST' && code !== 'ENOTEMPTY' && code !== 'ENOTDIR') throw error;
      }
      const there = lstatIfPresent(target);
      if (there?.ino === stat.ino && there.dev === stat.dev) return;
    }
    throw new InvariantError(
      `Cannot put ${JSON.stringify(path)} back: its name and the spare name are taken.`,
      {
        hint: `The file is safe as ${trashed}. Move it to where it belongs.`,
      },
    );
  }

  async #read(name: string): Promise<Intent | undefined> {
    let text: string;
    try {
      text = await readFile(join(this.#directory, name), 'utf8');
    } catch (error) {
      if (errnoOf(error) === 'ENOENT') return undefined;
      throw error;
    }
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null && 'key' in value && 'version' in value) {
      const { key, version } = value;
      if (typeof key === 'string' && typeof version === 'string') {
        assertKey(key);
        return { key, version };
      }
    }
    throw new InvariantError(`${join(this.#directory, name)} is not a note of a deletion.`, {
      hint: 'Move the file of the same name without .json to where it belongs, and delete both.',
    });
  }
}

/** Keeps the extensions, so that the file is still what it was: `monday.restored-1a2b3c4d.csv.gz`. */
function restoredName(name: string, id: string): string {
  const dot = name.indexOf('.', 1);
  const stem = dot === -1 ? name : name.slice(0, dot);
  const extensions = dot === -1 ? '' : name.slice(dot);
  const mark = `.restored-${id.slice(0, 8)}`;
  const room = 255 - Buffer.byteLength(mark + extensions);
  let short = stem;
  while (Buffer.byteLength(short) > room && short !== '') short = short.slice(0, -1);
  // A pair of surrogates that was cut in two cannot stand in a name.
  if (/[\ud800-\udbff]$/.test(short)) short = short.slice(0, -1);
  return room < 0 ? `file${mark}` : `${short}${mark}${extensions}`;
}
