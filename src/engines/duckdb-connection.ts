import { statSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { DuckDBConnection, DuckDBPendingResult, type DuckDBResultReader } from '@duckdb/node-api';
import duckdb from '@duckdb/node-bindings';
import type { PlanInput } from './engine.ts';

/** Executes one statement and returns its result in memory. */
export type Execute = (sql: string) => Promise<DuckDBResultReader>;

/** A plan that reads more is worth a look every other millisecond, and a statement that is prepared first. */
const LARGE_BYTES = 8 * 1024 * 1024;
const LOOK_MS = 2;

/** One connection to a database, and two ways to execute a statement on it. */
export class Connection {
  readonly #handle: duckdb.Connection;
  readonly #connection: DuckDBConnection;
  readonly #largeBytes: number;

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
      while (!isOver(duckdb.pending_execute_check_state(pending))) await sleep(LOOK_MS);
      return await new DuckDBPendingResult(pending).readAll();
    } finally {
      duckdb.destroy_prepare_sync(prepared);
    }
  };

  /** Ends the statement that is executed. */
  interrupt(): void {
    this.#connection.interrupt();
  }

  close(): void {
    this.#connection.closeSync();
  }
}

const isOver = (state: duckdb.PendingState): boolean =>
  state === duckdb.PendingState.RESULT_READY || state === duckdb.PendingState.ERROR;

function isLarge(inputs: Readonly<Record<string, PlanInput>>, largeBytes: number): boolean {
  let bytes = 0;
  for (const input of Object.values(inputs)) {
    for (const path of pathsOf(input)) {
      // What is not there is told by the statement that reads it.
      bytes += statSync(path, { throwIfNoEntry: false })?.size ?? 0;
      if (bytes >= largeBytes) return true;
    }
  }
  return false;
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
