import { Readable } from 'node:stream';
import { AttemptTakenError, ObjectChangedError, ObjectMissingError } from '../../src/lake/errors.ts';
import type {
  Lake,
  ObjectInfo,
  OpenObject,
  ReadObject,
  StagedObject,
  Workspace,
} from '../../src/lake/lake.ts';
import { assertAttempt, assertKey, splitPrefix } from '../../src/lake/local-keys.ts';
import { PUBLISH_LOCK, RAW, STAGING } from '../../src/lake/zones.ts';
import { hashOf, type MemoryStore } from './memory-store.ts';
import { direct, type Step } from './step.ts';

/** Where the objects of every memory lake seem to lie, for engines. */
const ROOT = '/memory/';
/** Small, so that a listing takes several calls, and the lake changes in between. */
const PAGE = 40;

/** The path of a workspace, or an engine's input, as a key of the store. */
export const keyOfPath = (path: string): string => path.slice(ROOT.length);

/** One runner's view of a store: what it asks passes through its step. */
export class MemoryLake implements Lake {
  readonly url = 'memory:/';
  readonly #store: MemoryStore;
  readonly #step: Step;
  readonly #ownLock: string;
  readonly #workspaces = new Set<string>();

  /** @param ownLock the key that stands for the publish lock, so that nobody else sees it */
  constructor(store: MemoryStore, step: Step = direct, ownLock = PUBLISH_LOCK) {
    this.#ownLock = ownLock;
    this.#store = store;
    this.#step = step;
  }

  async #call<T>(operation: string, subject: string, writes: boolean, apply: () => T): Promise<T> {
    return this.#step({ port: 'lake', operation, subject, writes }, apply);
  }

  async head(key: string): Promise<ObjectInfo | undefined> {
    assertKey(key);
    return this.#call('head', key, false, () => this.#store.info(key));
  }

  async get(key: string): Promise<Uint8Array | undefined> {
    assertKey(key);
    return this.#call('get', key, false, () => this.#store.get(key)?.body);
  }

  async read(name: string): Promise<ReadObject | undefined> {
    const key = this.#place(name);
    return this.#call('read', key, false, () => {
      const [info, object] = [this.#store.info(key), this.#store.get(key)];
      return info === undefined || object === undefined ? undefined : { ...info, body: object.body };
    });
  }

  async *list(prefix: string): AsyncGenerator<ObjectInfo> {
    splitPrefix(prefix);
    let after: string | undefined;
    for (;;) {
      const from = after;
      const page = await this.#call('list', prefix, false, () => {
        const keys = this.#store.keys(prefix);
        const start = from === undefined ? 0 : keys.findIndex((key) => key > from);
        const chosen = start < 0 ? [] : keys.slice(start, start + PAGE);
        return chosen.flatMap((key) => this.#store.info(key) ?? []);
      });
      yield* page;
      if (page.length < PAGE) return;
      after = page.at(-1)?.key;
    }
  }

  async *keys(prefix: string): AsyncGenerator<string> {
    for await (const { key } of this.list(prefix)) yield key;
  }

  #place(key: string): string {
    assertKey(key);
    return key === PUBLISH_LOCK ? this.#ownLock : key;
  }

  async open(name: string): Promise<OpenObject> {
    const key = this.#place(name);
    const { info, body } = await this.#call('open', key, false, () => {
      const found = this.#store.info(key);
      const object = this.#store.get(key);
      if (found === undefined || object === undefined) throw new ObjectMissingError(key);
      return { info: found, body: object.body };
    });
    const assertUnchanged = (): Promise<void> =>
      this.#call('assertUnchanged', key, false, () => {
        if (this.#store.info(key)?.version !== info.version) throw new ObjectChangedError(key);
      });
    return { info, stream: Readable.from(this.#bytes(key, body)), assertUnchanged };
  }

  /** What people can overwrite may be a mix of two versions, because it is read piece by piece. */
  async *#bytes(key: string, body: Uint8Array): AsyncGenerator<Uint8Array> {
    if (!key.startsWith(RAW)) {
      yield body;
      return;
    }
    const half = body.length >> 1;
    yield body.subarray(0, half);
    yield await this.#call('read', key, false, () => (this.#store.get(key)?.body ?? body).subarray(half));
  }

  async putIfAbsent(key: string, body: Uint8Array): Promise<boolean> {
    assertKey(key);
    return this.#call('putIfAbsent', key, true, () => this.#store.putIfAbsent(key, body));
  }

  async put(key: string, body: Uint8Array): Promise<void> {
    assertKey(key);
    await this.#call('put', key, true, () => this.#store.put(key, body));
  }

  async copyIfAbsent(from: string, to: string): Promise<boolean> {
    assertKey(from);
    assertKey(to);
    return this.#call('copyIfAbsent', to, true, () => this.#store.copyIfAbsent(from, to));
  }

  async putIfMatch(
    name: string,
    body: Uint8Array,
    version: string | undefined,
  ): Promise<ObjectInfo | undefined> {
    const key = this.#place(name);
    return this.#call('putIfMatch', key, true, () => this.#store.putIfMatch(key, body, version));
  }

  async deleteIfMatch(name: string, version: string): Promise<boolean> {
    const key = this.#place(name);
    return this.#call('deleteIfMatch', key, true, () => this.#store.deleteIfMatch(key, version));
  }

  /** A call is done or not done here: nothing is left behind. */
  tidy(): Promise<void> {
    return Promise.resolve();
  }

  engineInputs(keys: readonly string[]): Promise<readonly string[]> {
    for (const key of keys) assertKey(key);
    return Promise.resolve(keys.map((key) => ROOT + key));
  }

  async workspace(attempt: string): Promise<Workspace> {
    assertAttempt(attempt);
    await Promise.resolve();
    if (this.#workspaces.has(attempt)) throw new AttemptTakenError(attempt);
    this.#workspaces.add(attempt);
    const prefix = `${STAGING}${attempt}/`;
    const keyOf = (name: string): string => {
      assertKey(prefix + name);
      return prefix + name;
    };
    return {
      directory: ROOT + prefix.slice(0, -1),
      path: (name) => ROOT + keyOf(name),
      stage: async (name): Promise<StagedObject> => {
        const key = keyOf(name);
        return this.#call('stage', key, false, () => {
          const object = this.#store.get(key);
          if (object === undefined) throw new ObjectMissingError(key);
          return { key, bytes: object.body.length, sha256: hashOf(object.body) };
        });
      },
      dispose: () =>
        this.#call('dispose', prefix, true, () => {
          for (const key of this.#store.keys(prefix)) this.#store.delete(key);
        }),
    };
  }
}
