import type { Readable } from 'node:stream';

/** One object of the lake, as a listing or a look-up sees it. */
export interface ObjectInfo {
  /** Path below the lake's root, with `/`, for example `raw/streams/monday.csv`. */
  readonly key: string;
  readonly bytes: number;
  readonly modified: Date;
  /** Changes whenever the object's content may have changed; compare it, never parse it. */
  readonly version: string;
  /** Equal for two names of the same bytes, if the lake can tell; another as soon as they may have changed. */
  readonly content: string;
}

/** A small object as a whole, with the version that exactly these bytes have. */
export interface ReadObject extends ObjectInfo {
  readonly body: Uint8Array;
}

/** The source of a snapshot: its bytes, and a way to know that they did not change meanwhile. */
export interface OpenObject {
  readonly info: ObjectInfo;
  /** Read with `for await`: a chunk is valid until the next one is asked for. */
  readonly stream: Readable;
  /**
   * Call after the stream has ended.
   * @throws ObjectChangedError if the object is not the one that was opened
   */
  assertUnchanged(): Promise<void>;
}

/** What an engine wrote to a workspace and the lake now holds durably under `_staging/`. */
export interface StagedObject {
  readonly key: string;
  readonly bytes: number;
  /** Lower-case hex. */
  readonly sha256: string;
}

/** A private place on this machine's disk for one attempt; engines write here. */
export interface Workspace {
  readonly directory: string;
  /** An absolute path for a new file of this attempt; its directories exist. */
  path(name: string): string;
  /** Makes a file of this workspace durable in the lake, as `_staging/<attempt>/<name>`. */
  stage(name: string): Promise<StagedObject>;
  /** Removes what is local to this attempt. Staged objects that the lake holds elsewhere stay. */
  dispose(): Promise<void>;
}

/**
 * An object store with the few guarantees that the commit protocol rests on. Keys are relative,
 * `/`-separated, without `..`; implementations refuse others with `InvalidKeyError`.
 */
export interface Lake {
  /** For people and logs: `file:/…` or `s3://bucket/prefix`. */
  readonly url: string;

  /** `undefined` if there is no such object. */
  head(key: string): Promise<ObjectInfo | undefined>;
  /** `undefined` if there is no such object. For small objects: log entries, manifests. */
  get(key: string): Promise<Uint8Array | undefined>;
  /** The same, for who must know of which version the bytes are. */
  read(key: string): Promise<ReadObject | undefined>;
  /** Objects whose key begins with `prefix`, in the byte order of their keys. A missing prefix is empty. */
  list(prefix: string): AsyncIterable<ObjectInfo>;
  /** Their keys alone, in the same order: spares a look at each where a listing tells no more than names. */
  keys(prefix: string): AsyncIterable<string>;
  /** @throws ObjectMissingError */
  open(key: string): Promise<OpenObject>;

  /** Durable and exclusive: `false` if the key exists already, whoever wrote it. Never a short object. */
  putIfAbsent(key: string, body: Uint8Array): Promise<boolean>;
  /** Atomic and durable replacement of whatever is there, by its only writer: a reader sees the old or the new. */
  put(key: string, body: Uint8Array): Promise<void>;
  /** `false` if `to` exists already. @throws ObjectMissingError if `from` does not exist */
  copyIfAbsent(from: string, to: string): Promise<boolean>;
  /**
   * Atomic and durable replacement of exactly one version: a reader sees the old or the new, and a writer
   * that stood still meanwhile loses. For small objects that several runners write. Such a key is written
   * by nothing else.
   * @param version of the object to replace; `undefined` if there must be none
   * @returns the new object; `undefined` if the key has another version, or is there, or is gone
   */
  putIfMatch(key: string, body: Uint8Array, version: string | undefined): Promise<ObjectInfo | undefined>;
  /** Deletes the object only if it still has this version; `false` if it has another or is gone. */
  deleteIfMatch(key: string, version: string): Promise<boolean>;

  /** Finishes what processes that died had begun, and forgets what nobody needs any more. Any time. */
  tidy(): Promise<void>;

  /** Paths or URIs that the engine can read, one for each key. */
  engineInputs(keys: readonly string[]): Promise<readonly string[]>;
  /** `attempt` is unique to this try, and safe in a file name. */
  workspace(attempt: string): Promise<Workspace>;
}
