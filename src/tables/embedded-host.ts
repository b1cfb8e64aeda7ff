import { join } from 'node:path';
import { DynaliteStore, type StoreOptions } from './dynalite-store.ts';
import { makeDirectory } from './embedded-access.ts';
import { newKeys, readDiscovery, writeDiscovery, type EmbeddedKeys } from './embedded-discovery.ts';
import { serveStore, type EmbeddedServer } from './embedded-server.ts';

/** Where a directory of embedded tables says how to reach its host. */
export function discoveryFile(home: string): string {
  return join(home, 'dynamodb.json');
}

/** Embedded tables that this process hosts, for as long as one of its users has not closed them. */
export class EmbeddedHost {
  readonly keys: EmbeddedKeys;
  readonly endpoint: string;
  readonly #home: string;
  readonly store: DynaliteStore;
  readonly #server: EmbeddedServer;
  #users = 0;

  private constructor(home: string, store: DynaliteStore, keys: EmbeddedKeys, server: EmbeddedServer) {
    this.#home = home;
    this.store = store;
    this.keys = keys;
    this.endpoint = server.endpoint;
    this.#server = server;
  }

  /** `undefined` if another process has the tables open. */
  static async start(home: string, options: StoreOptions): Promise<EmbeddedHost | undefined> {
    const directory = join(home, 'dynamodb');
    // LevelDB would make it, and could not say why if it cannot.
    await makeDirectory(directory, 0o700);
    const store = await DynaliteStore.open(directory, options);
    if (store === undefined) return undefined;
    try {
      const { accessKeyId, secretAccessKey } = (await readDiscovery(discoveryFile(home))) ?? newKeys();
      const keys = { accessKeyId, secretAccessKey };
      const server = await serveStore(store, keys);
      await writeDiscovery(discoveryFile(home), { endpoint: server.endpoint, pid: process.pid, ...keys });
      return new EmbeddedHost(home, store, keys, server);
    } catch (error) {
      await store.close();
      throw error;
    }
  }

  addUser(): void {
    this.#users += 1;
  }

  /** Whether this was the last one: then close. */
  removeUser(): boolean {
    this.#users -= 1;
    return this.#users === 0;
  }

  async close(): Promise<void> {
    await this.#server.close();
    try {
      // Before the lock is given up: the next host's own entry must not be overwritten.
      await writeDiscovery(discoveryFile(this.#home), { endpoint: null, pid: null, ...this.keys });
    } finally {
      await this.store.close();
    }
  }
}
