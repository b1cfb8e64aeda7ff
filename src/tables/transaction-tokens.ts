import type { Change, Store } from 'dynalite/db/index.js';

/** As DynamoDB: this long a repeat with the same token is known for one. */
const REMEMBERED_MS = 10 * 60_000;
/** Among the keys of dynalite's tables, items, indexes and tags. */
const PREFIX = 'transaction~';

interface Remembered {
  readonly digest: string;
  /** Milliseconds since 1970. */
  readonly at: number;
}

/**
 * Which transactions were made, by their tokens. They are written in the same batch as the transaction, so
 * that a repeat is known for one by the next host too, if this one is killed before it answers.
 */
export class TransactionTokens {
  readonly #store: Store;
  readonly #now: () => number;
  readonly #running = new Set<string>();
  /** Oldest first: what can be forgotten stands at the front. */
  readonly #remembered: { readonly key: string; readonly at: number }[];

  private constructor(store: Store, now: () => number, remembered: { key: string; at: number }[]) {
    this.#store = store;
    this.#now = now;
    this.#remembered = remembered;
  }

  static async open(store: Store, now: () => number): Promise<TransactionTokens> {
    const remembered: { key: string; at: number }[] = [];
    for await (const [key, value] of store.db.iterator({ gte: PREFIX, lt: `${PREFIX}\u{10ffff}` })) {
      remembered.push({ key, at: (value as Remembered).at });
    }
    return new TransactionTokens(
      store,
      now,
      remembered.sort((a, b) => a.at - b.at),
    );
  }

  /** `false` if a transaction with this token is being made now. */
  start(token: string): boolean {
    if (this.#running.has(token)) return false;
    this.#running.add(token);
    return true;
  }

  end(token: string): void {
    this.#running.delete(token);
  }

  /** Of the transaction that was made with this token a short time ago. */
  async digestOf(token: string): Promise<string | undefined> {
    const found = (await this.#store.db.get(PREFIX + token)) as Remembered | undefined;
    return found === undefined || this.#isPast(found.at) ? undefined : found.digest;
  }

  /** What has to be written with the transaction; what is past is forgotten on the way. */
  remember(token: string, digest: string): readonly Change[] {
    const at = this.#now();
    const key = PREFIX + token;
    const past = this.#remembered.findIndex((known) => !this.#isPast(known.at));
    const forgotten = this.#remembered.splice(0, past === -1 ? this.#remembered.length : past);
    this.#remembered.push({ key, at });
    return [
      ...forgotten.map(({ key: old }): Change => ({ type: 'del', key: old })),
      { type: 'put', key, value: { digest, at } satisfies Remembered },
    ];
  }

  #isPast(at: number): boolean {
    return this.#now() - at > REMEMBERED_MS;
  }
}
