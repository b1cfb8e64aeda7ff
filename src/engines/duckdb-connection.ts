import { setImmediate as takeTurn, setTimeout as sleep } from 'node:timers/promises';
import { DuckDBConnection, DuckDBPendingResult, type DuckDBResultReader } from '@duckdb/node-api';
import duckdb from '@duckdb/node-bindings';

/** Executes one statement and returns its result in memory. */
export type Execute = (sql: string) => Promise<DuckDBResultReader>;

/**
 * The longer a statement takes, the later its end may be noticed: by a fiftieth, and by 20 ms at most. What is
 * over within a millisecond is not waited for at all, since no timer is as short.
 */
const LOOK_MS = { least: 1, most: 20, share: 1 / 50 };

/** One connection to a database, and two ways to execute a statement on it. */
export class Connection {
  readonly #handle: duckdb.Connection;
  readonly #connection: DuckDBConnection;
  #interrupted = false;

  private constructor(handle: duckdb.Connection) {
    this.#handle = handle;
    this.#connection = new DuckDBConnection(handle);
  }

  static async open(database: duckdb.Database): Promise<Connection> {
    return new Connection(await duckdb.connect(database));
  }

  /** How to execute the statements of a plan. */
  executeFor(isLarge: boolean): Execute {
    this.#interrupted = false;
    return isLarge ? this.#executeAside : this.execute;
  }

  /** The quickest way for a small statement: a thread of the caller takes part in it, and waits inside DuckDB. */
  readonly execute: Execute = (sql) => this.#connection.runAndReadAll(sql);

  /**
   * Leaves a statement to DuckDB's own threads, and looks now and then whether they are done. Who waits inside
   * DuckDB turns in a circle whenever there is nothing to take part in, on a core that others could use; and what
   * it allocates stays with its thread, of which Node has several. See docs/decisions/0022-statements-aside.md.
   */
  readonly #executeAside: Execute = async (sql) => {
    const prepared = await duckdb.prepare(this.#handle, sql);
    try {
      const pending = duckdb.pending_prepared(prepared);
      await this.#untilOver(pending);
      // Asked for the result of what has failed, DuckDB would tell that first.
      const error = duckdb.pending_error(pending);
      if (error !== '') throw new Error(error);
      return await new DuckDBPendingResult(pending).readAll();
    } finally {
      duckdb.destroy_prepare_sync(prepared);
    }
  };

  /** A look calls all that is over an error, and what waits for another of its threads ready. */
  async #untilOver(pending: duckdb.PendingResult): Promise<void> {
    const began = performance.now();
    for (;;) {
      // An interrupt that came before the statement began is forgotten by DuckDB.
      if (this.#interrupted) this.#connection.interrupt();
      if (duckdb.pending_execute_check_state(pending) === duckdb.PendingState.ERROR) return;
      const elapsed = performance.now() - began;
      if (elapsed < LOOK_MS.least) await takeTurn();
      else await sleep(Math.min(LOOK_MS.most, Math.max(LOOK_MS.least, elapsed * LOOK_MS.share)));
    }
  }

  /** Ends the statement that is executed. */
  interrupt(): void {
    this.#interrupted = true;
    this.#connection.interrupt();
  }

  close(): void {
    this.#connection.closeSync();
  }
}
