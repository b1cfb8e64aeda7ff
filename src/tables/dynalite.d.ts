// dynalite ships no types. These are the parts that the embedded server stands on: its store and its
// actions, without its HTTP server, which answers nobody whose lock failed and throws where no one catches.

declare module 'dynalite/db/index.js' {
  type Item = Record<string, unknown>;

  interface Table {
    readonly GlobalSecondaryIndexes?: unknown;
    readonly LocalSecondaryIndexes?: unknown;
  }

  type Change =
    | { readonly type: 'put'; readonly key: string; readonly value: unknown }
    | { readonly type: 'del'; readonly key: string };

  interface Range {
    readonly gte: string;
    readonly lt: string;
  }

  interface LevelIterator extends AsyncIterable<unknown> {
    /** Until then it holds a snapshot of the whole database. */
    close(): Promise<void>;
  }

  interface Store {
    readonly db: {
      /** Rejects with a cause of code `LEVEL_LOCKED` if another process has the directory open. */
      open(): Promise<void>;
      close(): Promise<void>;
      get(key: string): Promise<unknown>;
      /** `undefined` for each that is not there. */
      getMany(keys: readonly string[]): Promise<readonly unknown[]>;
      /** All or nothing, even if the process is killed. */
      batch(changes: readonly Change[]): Promise<void>;
      iterator(range: Range): AsyncIterable<readonly [key: string, value: unknown]>;
      keys(range: Range): LevelIterator;
      values(range: Range): LevelIterator;
    };
    readonly tableDb: {
      put(name: string, table: object, done: (error: Error | null) => void): void;
    };
    getTable(name: string, done: (error: unknown, table: Table) => void): void;
    getItemDb(table: string): {
      /** Calls `run` when nobody else has the key; `release()` gives the function that lets the next one in. */
      lock(key: string, run: (release: () => () => void) => void): void;
    };
  }

  /** Has a status and a body, as DynamoDB answers. */
  type Refusal = Error & { readonly statusCode: number; readonly body: { readonly message: string } };

  const db: {
    create(options: {
      readonly path: string;
      readonly createTableMs: number;
      readonly deleteTableMs: number;
      readonly updateTableMs: number;
    }): Store;
    createKey(item: Item, table: Table): string;
    itemSize(item: Item): number;
    validateItem(item: Item, table: Table): Refusal | null | undefined;
    validateKey(key: Item, table: Table): Refusal | null | undefined;
    validationError(message: string): Refusal;
    /** Of a request that passed its validation, which also parses its condition. */
    checkConditional(request: object, existing: unknown): Refusal | null | undefined;
  };
  export default db;
  export type { Change, Item, Store, Table };
}

declare module 'dynalite/validations/index.js' {
  import type { Store } from 'dynalite/db/index.js';

  const validations: {
    checkTypes(data: unknown, types: unknown): object;
    /** Adds the parsed expressions to the data. */
    checkValidations(data: object, types: unknown, custom: unknown, store: Store): void;
  };
  export default validations;
}
