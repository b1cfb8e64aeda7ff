import { chmod, realpath } from 'node:fs/promises';
import { inDirectory, makeDirectory } from './embedded-access.ts';
import type { EmbeddedKeys } from './embedded-discovery.ts';
import type { DynaliteStore } from './dynalite-store.ts';
import { linkToTables, type EmbeddedLink, type EmbeddedOptions } from './embedded-link.ts';
import { openRelay, type Relay } from './embedded-relay.ts';

/** A way to the tables that are stored in a directory, whichever process of this user hosts them. */
export class EmbeddedTables implements EmbeddedKeys {
  readonly #home: string;
  readonly #options: EmbeddedOptions;
  readonly #relays: Relay[] = [];
  #link: EmbeddedLink;
  #renewing: Promise<void> | undefined;
  #closed = false;

  private constructor(home: string, options: EmbeddedOptions, link: EmbeddedLink) {
    this.#home = home;
    this.#options = options;
    this.#link = link;
  }

  /**
   * Opens the tables stored in a directory: hosts them, or joins whoever does.
   *
   * @throws TablesUnavailableError if another process has the tables open but does not serve them, or no
   * space is left for them
   * @throws TablesConfigError if nothing can be stored in the directory
   */
  static open(directory: string, options: EmbeddedOptions = {}): Promise<EmbeddedTables> {
    return inDirectory(directory, async () => {
      await makeDirectory(directory, 0o700);
      await chmod(directory, 0o700);
      const home = await realpath(directory);
      return new EmbeddedTables(home, options, await linkToTables(home, options));
    });
  }

  /** Of whoever hosts them now; changes with `reconnect`. */
  get endpoint(): string {
    return this.#link.endpoint;
  }

  get accessKeyId(): string {
    return this.#link.keys.accessKeyId;
  }

  get secretAccessKey(): string {
    return this.#link.keys.secretAccessKey;
  }

  /** Whether this process hosts them. */
  get hosted(): boolean {
    return this.#link.store !== undefined;
  }

  /** Present if this process hosts them. */
  get store(): DynaliteStore | undefined {
    return this.#link.store;
  }

  /**
   * To be called when the endpoint does not answer: finds who hosts the tables now, or hosts them. Calls at
   * the same time share one search.
   *
   * @throws TablesUnavailableError as `open`
   */
  reconnect(): Promise<void> {
    this.#renewing ??= inDirectory(this.#home, () => this.#renew()).finally(() => {
      this.#renewing = undefined;
    });
    return this.#renewing;
  }

  async #renew(): Promise<void> {
    const link = await linkToTables(this.#home, this.#options);
    const old = this.#link;
    this.#link = link;
    await old.close();
  }

  /**
   * Serves the tables on this port too, whoever hosts them, keeping the process alive until `close`.
   * @returns the endpoint
   * @throws TablesConfigError if the port cannot be used
   */
  async serveOn(port: number): Promise<string> {
    const relay = await openRelay(port, this);
    this.#relays.push(relay);
    return relay.endpoint;
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await Promise.all(this.#relays.map((relay) => relay.close()));
    // What a search finds must be closed, not left open behind us.
    if (this.#renewing !== undefined) await Promise.allSettled([this.#renewing]);
    await this.#link.close();
  }
}
