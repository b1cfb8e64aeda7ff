import { statSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { DuckDBConnection, DuckDBPendingResult, type DuckDBResultReader } from '@duckdb/node-api';
import duckdb from '@duckdb/node-bindings';
import type { PlanInput } from './engine.ts';

/** Executes one statement and returns its result in memory. */
export type Execute = (sql: string) => Promise<DuckDBResultReader>;

/** A plan that reads more is worth statements that are prepared first and looked after. */
const LARGE_BYTES = 8 * 1024 * 1024;
/** The longer a statement takes, the later its end may be noticed: by a fiftieth, and by 20 ms at most. */
const LOOK_MS = { least: 2, most: 20, share: 1 / 50 };

/** One connection to a database, and two ways to execute a statement on it. */
export class Connection {
  readonly #handle: duckdb.Connection;
  readonly #connection: DuckDBConnection;
  readonly #largeBytes: number;
  #interrupted = false;

  private constructor(handle: duckdb.Connection, largeBytes: number) {
    this.#handle = handle;
    this.#connection = new DuckDBConnection(handle);
    this.#largeBytes = largeBytes;
  }

  static async open(database: duckdb.Database, largeBytes = LARGE_BYTES): Promise<Connection> {
    return new Connection(await duckdb.connect(database), largeBytes);
  }

  /** How to execute the statements of a plan that reads this. */
  executeFor(inputs: Readonly<Record<string, PlanInput>>): Execute {
    this.#interrupted = false;
    return isLarge(inputs, this.#largeBytes) ? this.#executeAside : this.execute;
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
      await sleep(Math.min(LOOK_MS.most, Math.max(LOOK_MS.least, elapsed * LOOK_MS.share)));
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

function isLarge(inputs: Readonly<Record<string, PlanInput>>, largeBytes: number): boolean {
  let bytes = 0;
  for (const input of Object.values(inputs)) {
    for (const path of pathsOf(input)) {
      // What is not there is told by the statement that reads it.
      bytes += statSync(path, { throwIfNoEntry: false })?.size ?? 0;
      if (bytes >= largeBytes) return true;
    }
  }
  return bytes >= largeBytes;
}

function pathsOf(input: PlanInput): readonly string[] {
  switch (input.format) {
    case 'parquet':
      return input.paths;
    case 'csv':
      return input.segments.map(({ path }) => path);
    case 'json':
      return [input.path];
  }
}
