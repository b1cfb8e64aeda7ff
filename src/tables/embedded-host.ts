import { join } from 'node:path';
import { DynaliteStore, type StoreOptions } from './dynalite-store.ts';
import { newKeys, readDiscovery, writeDiscovery, type EmbeddedKeys } from './embedded-discovery.ts';
import { serveStore, type EmbeddedServer } from './embedded-server.ts';
import { TablesConfigError } from './errors.ts';

/** Where a directory of embedded tables says how to reach its host. */
export function discoveryFile(home: string): string {
  return join(home, 'dynamodb.json');
}

/** Embedded tables that this process hosts, for as long as one of its users has not closed them. */
export class EmbeddedHost {
  readonly keys: EmbeddedKeys;
  readonly endpoint: string;
  readonly #home: string;
  readonly #store: DynaliteStore;
  readonly #servers: EmbeddedServer[];
  #users = 0;

  private constructor(home: string, store: DynaliteStore, keys: EmbeddedKeys, server: EmbeddedServer) {
    this.#home = home;
    this.#store = store;
    this.keys = keys;
    this.endpoint = server.endpoint;
    this.#servers = [server];
  }

  /** `undefined` if another process has the tables open. */
  static async start(home: string, options: StoreOptions): Promise<EmbeddedHost | undefined> {
    const store = await DynaliteStore.open(join(home, 'dynamodb'), options);
    if (store === undefined) return undefined;
    try {
      const { accessKeyId, secretAccessKey } = (await readDiscovery(discoveryFile(home))) ?? newKeys();
      const keys = { accessKeyId, secretAccessKey };
      const server = await serveStore(store, keys, { port: 0, keepAlive: false });
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

  /** @throws TablesConfigError if the port cannot be used */
  async serveOn(port: number): Promise<string> {
    try {
      const server = await serveStore(this.#store, this.keys, { port, keepAlive: true });
      this.#servers.push(server);
      return server.endpoint;
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      throw new TablesConfigError(`The embedded tables cannot be served on port ${String(port)}: ${reason}`, {
        hint: 'Choose another port with --port; 0 takes any free one.',
        cause: error,
      });
    }
  }

  async close(): Promise<void> {
    await Promise.all(this.#servers.map((server) => server.close()));
    try {
      // Before the lock is given up: the next host's own entry must not be overwritten.
      await writeDiscovery(discoveryFile(this.#home), { endpoint: null, pid: null, ...this.keys });
    } finally {
      await this.#store.close();
    }
  }
}
