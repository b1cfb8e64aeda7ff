import { createHash } from 'node:crypto';
import { ObjectMissingError } from '../../src/lake/errors.ts';
import type { ObjectInfo } from '../../src/lake/lake.ts';

export interface StoredObject {
  readonly body: Uint8Array;
  readonly modified: Date;
  /** Changes with the content. */
  readonly serial: number;
  /** Grows when another name is given to the same bytes, as a hard link does. */
  readonly touched: number;
}

export interface ObjectChange {
  readonly key: string;
  readonly before: StoredObject | undefined;
  readonly after: StoredObject | undefined;
}

/** The objects of a lake in memory. Every operation happens at once and as a whole. */
export class MemoryStore {
  readonly #objects: Map<string, StoredObject>;
  readonly #now: () => Date;
  #serial: number;
  /** Told after every change. */
  onChange: (change: ObjectChange) => void = () => undefined;

  constructor(now: () => Date = () => new Date(), from?: MemoryStore) {
    this.#now = now;
    this.#objects = new Map(from === undefined ? [] : from.#objects);
    this.#serial = from === undefined ? 0 : from.#serial;
  }

  get(key: string): StoredObject | undefined {
    return this.#objects.get(key);
  }

  info(key: string): ObjectInfo | undefined {
    const object = this.#objects.get(key);
    return object === undefined ? undefined : infoOf(key, object);
  }

  keys(prefix: string): readonly string[] {
    const keys: string[] = [];
    for (const key of this.#objects.keys()) if (key.startsWith(prefix)) keys.push(key);
    return keys.sort(byteOrder);
  }

  put(key: string, body: Uint8Array): ObjectInfo {
    this.#serial += 1;
    const after = { body, modified: this.#now(), serial: this.#serial, touched: 0 };
    this.#set(key, after);
    return infoOf(key, after);
  }

  putIfAbsent(key: string, body: Uint8Array): boolean {
    if (this.#objects.has(key)) return false;
    this.put(key, body);
    return true;
  }

  putIfMatch(key: string, body: Uint8Array, version: string | undefined): ObjectInfo | undefined {
    const there = this.#objects.get(key);
    const matches = version === undefined ? there === undefined : there?.serial === serialOf(version);
    return matches ? this.put(key, body) : undefined;
  }

  copyIfAbsent(from: string, to: string): boolean {
    const source = this.#objects.get(from);
    if (source === undefined) throw new ObjectMissingError(from);
    if (this.#objects.has(to)) return false;
    this.#set(from, { ...source, touched: source.touched + 1 });
    this.put(to, source.body);
    return true;
  }

  deleteIfMatch(key: string, version: string): boolean {
    const there = this.#objects.get(key);
    if (there === undefined || versionOf(there) !== version) return false;
    this.delete(key);
    return true;
  }

  delete(key: string): void {
    this.#set(key, undefined);
  }

  #set(key: string, after: StoredObject | undefined): void {
    const before = this.#objects.get(key);
    if (after === undefined) this.#objects.delete(key);
    else this.#objects.set(key, after);
    this.onChange({ key, before, after });
  }
}

const infoOf = (key: string, object: StoredObject): ObjectInfo => ({
  key,
  bytes: object.body.length,
  modified: object.modified,
  version: versionOf(object),
  content: String(object.serial),
});

const versionOf = ({ serial, touched }: StoredObject): string => `${serial}-${touched}`;
export const serialOf = (version: string): number => Number(version.split('-')[0]);

const hashes = new WeakMap<Uint8Array, string>();

/** Of bytes that never change: computed once. */
export function hashOf(body: Uint8Array): string {
  let hash = hashes.get(body);
  if (hash === undefined) {
    hash = createHash('sha256').update(body).digest('hex');
    hashes.set(body, hash);
  }
  return hash;
}

/** UTF-16 units and bytes differ in order only from the surrogates on. */
const ODD = /[\ud800-\uffff]/;

function byteOrder(a: string, b: string): number {
  if (ODD.test(a) || ODD.test(b)) return Buffer.compare(Buffer.from(a), Buffer.from(b));
  return a < b ? -1 : 1;
}
