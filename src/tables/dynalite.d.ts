// dynalite ships no types. These are the parts that the embedded server stands on: its store and its
// actions, without its HTTP server, which answers nobody whose lock failed and throws where no one catches.

declare module 'dynalite/db/index.js' {
  interface Store {
    readonly db: {
      /** Rejects with a cause of code `LEVEL_LOCKED` if another process has the directory open. */
      open(): Promise<void>;
      close(): Promise<void>;
      values(range: { readonly gte: string; readonly lt: string }): AsyncIterable<unknown>;
    };
    readonly tableDb: {
      put(name: string, table: object, done: (error: Error | null) => void): void;
    };
  }

  const db: {
    create(options: {
      readonly path: string;
      readonly createTableMs: number;
      readonly deleteTableMs: number;
      readonly updateTableMs: number;
    }): Store;
  };
  export default db;
  export type { Store };
}

declare module 'dynalite/validations/index.js' {
  import type { Store } from 'dynalite/db/index.js';

  const validations: {
    checkTypes(data: unknown, types: unknown): unknown;
    checkValidations(data: unknown, types: unknown, custom: unknown, store: Store): void;
  };
  export default validations;
}
