import duckdb from '@duckdb/node-bindings';
import { mkdir } from 'node:fs/promises';
import { literal, quoted } from './dialect.ts';
import { Connection, type Execute } from './duckdb-connection.ts';
import { duckdbDialect } from './duckdb-dialect.ts';
import { escapePattern } from './duckdb-inputs.ts';
import { makeOutputs, makeRelations, Relations } from './duckdb-plan.ts';
import type { Engine, Plan, PlanBase, PlanResult, PlanRunner } from './engine.ts';
import { EngineError, EngineFullError, EngineMemoryError } from './errors.ts';

export interface DuckdbOptions {
  /** Bounds what DuckDB holds, as DuckDB writes sizes, for example `1GB`. */
  readonly memoryLimit: string;
  readonly threads: number;
  /** Where operators spill what does not fit; made if absent. */
  readonly spillDirectory: string;
  /** The only directories whose files SQL can reach. */
  readonly directories: readonly string[];
  /** From here on a plan is large; how it is executed changes, and no result. */
  readonly largeBytes?: number;
}

/** DuckDB inside this process: one database in memory, one connection for each plan. */
export class DuckdbEngine implements Engine {
  readonly name = 'duckdb';
  readonly dialect = duckdbDialect;
  readonly #database: duckdb.Database;
  readonly #threads: number;
  readonly #largeBytes: number | undefined;

  private constructor(database: duckdb.Database, { threads, largeBytes }: DuckdbOptions) {
    this.#database = database;
    this.#threads = threads;
    this.#largeBytes = largeBytes;
  }

  static async open(options: DuckdbOptions): Promise<DuckdbEngine> {
    await mkdir(options.spillDirectory, { recursive: true });
    const database = await open({
      memory_limit: shareForRows(options.memoryLimit),
      threads: String(options.threads),
      // All of them DuckDB's own: those of callers only come on top, for small statements.
      external_threads: '0',
      temp_directory: options.spillDirectory,
      autoload_known_extensions: 'false',
      autoinstall_known_extensions: 'false',
      // No step relies on the order of rows. With it, writers hold rows back: a quarter of the memory in all.
      preserve_insertion_order: 'false',
      // What a plan leaves goes back to the system before the next one begins.
      allocator_bulk_deallocation_flush_threshold: '32MB',
      // It takes a file that was replaced for the one before, if their times are the same or old enough.
      enable_external_file_cache: 'false',
    });
    const connection = await Connection.open(database);
    try {
      // Data cannot make SQL reach elsewhere, whatever it holds: names and values are never SQL here,
      // and this is the second wall behind that rule.
      const allowed = [...options.directories, options.spillDirectory];
      // Paths are compared as they are given: those that are read have their pattern characters escaped.
      const directories = [...new Set([...allowed, ...allowed.map(escapePattern)])].map(literal).join(', ');
      await connection.execute(`SET allowed_directories = [${directories}]`);
      // That is what is in them; a folder for several files is named itself.
      await connection.execute(`SET allowed_paths = [${directories}]`);
      await connection.execute('SET enable_external_access = false');
      await connection.execute('SET lock_configuration = true');
    } finally {
      connection.close();
    }
    return new DuckdbEngine(database, options);
  }

  async run(plan: Plan, signal?: AbortSignal, onProgress?: () => void): Promise<PlanResult> {
    const alone = await this.#connect();
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
    return new PreparedConnection(await Connection.open(this.#database, this.#largeBytes), this.#threads);
  }

  close(): Promise<void> {
    duckdb.close_sync(this.#database);
    return Promise.resolve();
  }
}

function open(settings: Readonly<Record<string, string>>): Promise<duckdb.Database> {
  const config = duckdb.create_config();
  for (const [name, value] of Object.entries(settings)) duckdb.set_config(config, name, value);
  return duckdb.open(':memory:', config);
}

/** DuckDB counts the pages of its rows, but not what its writers and its allocator hold beside them: up to a quarter. */
const shareForRows = (limit: string): string =>
  limit.replace(/\d+(\.\d+)?/, (number) => String(0.75 * Number(number)));

/** One connection, whose temporary tables are those of the base. */
class PreparedConnection implements PlanRunner {
  readonly #connection: Connection;
  readonly #base: Relations;
  #isPrepared = false;

  constructor(connection: Connection, threads: number) {
    this.#connection = connection;
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
      return await work(this.#connection.executeFor(inputs));
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
