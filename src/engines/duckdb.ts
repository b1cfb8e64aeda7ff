import duckdb from '@duckdb/node-bindings';
import { join } from 'node:path';
import { quoted } from './dialect.ts';
import { Connection, type Execute } from './duckdb-connection.ts';
import { type DatabaseOptions, openDatabase } from './duckdb-database.ts';
import { duckdbDialect } from './duckdb-dialect.ts';
import { makeOutputs, makeRelations, Relations } from './duckdb-plan.ts';
import type { Engine, Plan, PlanBase, PlanResult, PlanRunner } from './engine.ts';
import { EngineError, EngineFullError, EngineMemoryError } from './errors.ts';
import { readsAtLeast } from './plan-size.ts';

/** A plan that reads less is done by one thread before others have woken. */
const SMALL_BYTES = 1024 * 1024;
/** A plan that reads more is worth statements that are prepared first and looked after. */
const LARGE_BYTES = 8 * 1024 * 1024;

export interface DuckdbOptions extends DatabaseOptions {
  /** Below it a plan is small, and from `largeBytes` on large: how it is executed changes, and no result. */
  readonly smallBytes?: number;
  readonly largeBytes?: number;
}

/** DuckDB inside this process: two databases in memory, one connection for each plan. */
export class DuckdbEngine implements Engine {
  readonly name = 'duckdb';
  readonly dialect = duckdbDialect;
  readonly #options: DuckdbOptions;
  readonly #database: duckdb.Database;
  readonly #smallBytes: number;
  readonly #largeBytes: number;
  /** Has no threads of its own: a small plan is done by its caller's, with nobody to wake or to wait for. */
  readonly #small: duckdb.Database;

  private constructor(database: duckdb.Database, small: duckdb.Database, options: DuckdbOptions) {
    this.#database = database;
    this.#small = small;
    this.#options = options;
    this.#smallBytes = options.smallBytes ?? SMALL_BYTES;
    this.#largeBytes = options.largeBytes ?? LARGE_BYTES;
  }

  static async open(options: DuckdbOptions): Promise<DuckdbEngine> {
    const database = await openDatabase(options);
    try {
      // Two databases must not spill into one folder: their files have the same names.
      const spillDirectory = join(options.spillDirectory, 'small');
      const small = await openDatabase({ ...options, threads: 1, spillDirectory }, 1);
      return new DuckdbEngine(database, small, options);
    } catch (error) {
      duckdb.close_sync(database);
      throw error;
    }
  }

  async run(plan: Plan, signal?: AbortSignal, onProgress?: () => void): Promise<PlanResult> {
    const alone = await (readsAtLeast(plan.inputs, this.#smallBytes)
      ? this.#connect()
      : this.#connectSmall());
    try {
      return await alone.run(plan, signal, onProgress);
    } finally {
      await alone.close();
    }
  }

  async prepare(base: PlanBase, signal?: AbortSignal, onProgress?: () => void): Promise<PlanRunner> {
    const prepared = await this.#connect();
    try {
      await prepared.prepare(base, signal, onProgress);
      return prepared;
    } catch (error) {
      await prepared.close();
      throw error;
    }
  }

  async #connect(): Promise<PreparedConnection> {
    const connection = await Connection.open(this.#database);
    return new PreparedConnection(connection, this.#options.threads, this.#largeBytes);
  }

  /** Nothing is large there: nobody would do it. */
  async #connectSmall(): Promise<PreparedConnection> {
    return new PreparedConnection(await Connection.open(this.#small), 1, Infinity);
  }

  close(): Promise<void> {
    duckdb.close_sync(this.#small);
    duckdb.close_sync(this.#database);
    return Promise.resolve();
  }
}

/** One connection, whose temporary tables are those of the base. */
class PreparedConnection implements PlanRunner {
  readonly #connection: Connection;
  readonly #base: Relations;
  readonly #largeBytes: number;
  #isPrepared = false;

  constructor(connection: Connection, threads: number, largeBytes: number) {
    this.#connection = connection;
    this.#largeBytes = largeBytes;
    this.#base = new Relations(threads);
  }

  async prepare(base: PlanBase, signal?: AbortSignal, onProgress?: () => void): Promise<void> {
    await this.#executing(base, signal, onProgress, async (execute) => {
      await makeRelations(execute, base, this.#base, signal);
    });
    this.#isPrepared = true;
  }

  run(plan: Plan, signal?: AbortSignal, onProgress?: () => void): Promise<PlanResult> {
    return this.#executing(plan, signal, onProgress, async (execute) => {
      const relations = this.#base.copy();
      const tables = await makeRelations(execute, plan, relations, signal);
      const result = await makeOutputs(execute, plan, relations, signal);
      // Without a base the connection is closed next, and its tables go with it.
      if (this.#isPrepared)
        for (const table of tables) await this.#connection.execute(`DROP TABLE ${quoted(table)}`);
      return result;
    });
  }

  close(): Promise<void> {
    this.#connection.close();
    return Promise.resolve();
  }

  async #executing<T>(
    { name, inputs }: PlanBase,
    signal: AbortSignal | undefined,
    onProgress: (() => void) | undefined,
    work: (execute: Execute) => Promise<T>,
  ): Promise<T> {
    signal?.throwIfAborted();
    const interrupt = (): void => {
      this.#connection.interrupt();
    };
    signal?.addEventListener('abort', interrupt, { once: true });
    const watching = onProgress === undefined ? undefined : watchProgress(onProgress);
    try {
      return await work(this.#connection.executeFor(readsAtLeast(inputs, this.#largeBytes)));
    } catch (error) {
      signal?.throwIfAborted();
      throw failure(name, error);
    } finally {
      clearInterval(watching);
      signal?.removeEventListener('abort', interrupt);
    }
  }
}

function failure(plan: string, error: unknown): Error {
  const reason = error instanceof Error ? error.message : String(error);
  if (/^Out of Memory Error/i.test(reason)) {
    // What DuckDB suggests are settings of its own, which nobody can reach here.
    const [first = ''] = reason.split('\n');
    const message = `the memory limit is too small for the plan "${plan}": ${first}`;
    return new EngineMemoryError(message, error);
  }
  const message = `DuckDB could not execute the plan "${plan}": ${reason}`;
  if (/No space left on device/i.test(reason)) return new EngineFullError(message, error);
  const hint = 'See whether the disk of the lake works, then run again; no file was lost.';
  // What the file system says, to Node or to DuckDB, is about the disk; all else about the plan.
  const isOfDisk = /^IO Error/i.test(reason) || (error instanceof Error && 'syscall' in error);
  return new EngineError(message, { cause: error, ...(isOfDisk ? { hint } : {}) });
}

const PROGRESS_MS = 1_000;
const BUSY_MS = 10;

/**
 * A statement gets on as long as it uses the processor. DuckDB's own progress can be had only with a
 * setting of each connection, and those are locked.
 */
function watchProgress(onProgress: () => void): NodeJS.Timeout {
  let seen = process.cpuUsage();
  const look = (): void => {
    const { user, system } = process.cpuUsage(seen);
    if (user + system >= BUSY_MS * 1000) onProgress();
    seen = process.cpuUsage();
  };
  return setInterval(look, PROGRESS_MS).unref();
}
