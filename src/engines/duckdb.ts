import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { literal, quoted } from './dialect.ts';
import { duckdbDialect } from './duckdb-dialect.ts';
import { escapePattern, readInput } from './duckdb-inputs.ts';
import type { Engine, Plan, PlanOutput, PlanResult, Row, Value, WrittenFile } from './engine.ts';
import { EngineError, EngineFullError } from './errors.ts';

export interface DuckdbOptions {
  /** Bounds DuckDB's buffers, as DuckDB writes sizes, for example `1GB`. */
  readonly memoryLimit: string;
  readonly threads: number;
  /** Where operators spill what does not fit; made if absent. */
  readonly spillDirectory: string;
  /** The only directories whose files SQL can reach. */
  readonly directories: readonly string[];
}

/** DuckDB inside this process: one database in memory, one connection for each plan. */
export class DuckdbEngine implements Engine {
  readonly name = 'duckdb';
  readonly dialect = duckdbDialect;
  readonly #instance: DuckDBInstance;

  private constructor(instance: DuckDBInstance) {
    this.#instance = instance;
  }

  static async open(options: DuckdbOptions): Promise<DuckdbEngine> {
    await mkdir(options.spillDirectory, { recursive: true });
    const instance = await DuckDBInstance.create(':memory:', {
      memory_limit: options.memoryLimit,
      threads: String(options.threads),
      temp_directory: options.spillDirectory,
      autoload_known_extensions: 'false',
      autoinstall_known_extensions: 'false',
      // It takes a file that was replaced for the one before, if their times are the same or old enough.
      enable_external_file_cache: 'false',
    });
    const connection = await instance.connect();
    try {
      // Data cannot make SQL reach elsewhere, whatever it holds: names and values are never SQL here,
      // and this is the second wall behind that rule.
      const allowed = [...options.directories, options.spillDirectory];
      // Paths are compared as they are given: those that are read have their pattern characters escaped.
      const directories = [...new Set([...allowed, ...allowed.map(escapePattern)])].map(literal).join(', ');
      await connection.run(`SET allowed_directories = [${directories}]`);
      await connection.run('SET enable_external_access = false');
      await connection.run('SET lock_configuration = true');
    } finally {
      connection.closeSync();
    }
    return new DuckdbEngine(instance);
  }

  async run(plan: Plan, signal?: AbortSignal, onProgress?: () => void): Promise<PlanResult> {
    signal?.throwIfAborted();
    const connection = await this.#instance.connect();
    const interrupt = (): void => {
      connection.interrupt();
    };
    signal?.addEventListener('abort', interrupt, { once: true });
    const watching = onProgress === undefined ? undefined : watchProgress(onProgress);
    try {
      return await execute(connection, plan, signal);
    } catch (error) {
      signal?.throwIfAborted();
      const reason = error instanceof Error ? error.message : String(error);
      const message = `DuckDB could not execute the plan "${plan.name}": ${reason}`;
      if (/No space left on device/i.test(reason)) throw new EngineFullError(message, error);
      const hint = 'See whether the disk of the lake works, then run again; no file was lost.';
      // What Node's file system says is about the disk; all else about the plan.
      throw new EngineError(message, {
        cause: error,
        ...(error instanceof Error && 'syscall' in error ? { hint } : {}),
      });
    } finally {
      clearInterval(watching);
      signal?.removeEventListener('abort', interrupt);
      connection.closeSync();
    }
  }

  close(): Promise<void> {
    this.#instance.closeSync();
    return Promise.resolve();
  }
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

async function execute(
  connection: DuckDBConnection,
  plan: Plan,
  signal: AbortSignal | undefined,
): Promise<PlanResult> {
  // An interrupt ends the statement that runs; one that comes between two is noticed here.
  const check = (): void => {
    signal?.throwIfAborted();
  };
  const relations = new Relations();
  for (const [name, input] of Object.entries(plan.inputs)) relations.add(name, readInput(input));
  for (const { name, sql, materialize } of plan.steps) {
    if (materialize !== true) {
      relations.add(name, sql);
      continue;
    }
    check();
    await connection.run(`CREATE TEMP TABLE ${quoted(name)} AS ${relations.with(sql)}`);
  }
  const files: Record<string, readonly WrittenFile[]> = {};
  const rows: Record<string, readonly Row[]> = {};
  for (const [name, output] of Object.entries(plan.outputs)) {
    check();
    if (output.format === 'rows') rows[name] = await readRows(connection, relations, output.from);
    else files[name] = await writeFiles(connection, relations, output);
  }
  return { files, rows };
}

/**
 * What is not kept as a table, as a WITH clause of the statements that read it: for a small file, making a
 * view of each took longer than all else.
 */
class Relations {
  readonly #all: { readonly name: string; readonly sql: string }[] = [];

  add(name: string, sql: string): void {
    this.#all.push({ name, sql });
  }

  /** The query, which knows every relation that it names. */
  with(query: string): string {
    const clauses: string[] = [];
    let text = query;
    for (const { name, sql } of this.#all.toReversed()) {
      // A name that only looks like one adds a clause that nobody reads.
      if (!text.includes(name)) continue;
      clauses.unshift(`${quoted(name)} AS NOT MATERIALIZED (${sql})`);
      text += sql;
    }
    return clauses.length === 0 ? query : `WITH ${clauses.join(', ')} ${query}`;
  }
}

async function readRows(
  connection: DuckDBConnection,
  relations: Relations,
  from: string,
): Promise<readonly Row[]> {
  const reader = await connection.runAndReadAll(relations.with(`SELECT * FROM ${quoted(from)}`));
  return reader.getRowObjects().map((row) => {
    const entries = Object.entries(row).map(([column, value]): [string, Value] => {
      if (value === null || typeof value !== 'object') return [column, value ?? null];
      return [column, value.toString()];
    });
    return Object.fromEntries(entries);
  });
}

async function writeFiles(
  connection: DuckDBConnection,
  relations: Relations,
  output: Exclude<PlanOutput, { format: 'rows' }>,
): Promise<readonly WrittenFile[]> {
  const source = relations.with(`SELECT * FROM ${quoted(output.from)}`);
  if (output.format === 'csv') {
    const reader = await connection.runAndReadAll(
      `COPY (${source}) TO ${literal(output.path)} (FORMAT csv, HEADER false)`,
    );
    return [{ path: output.path, rows: Number(reader.getRows()[0]?.[0] ?? 0) }];
  }
  const options = ['FORMAT parquet', 'COMPRESSION snappy', 'RETURN_STATS true'];
  if ('partitionBy' in output) return writePartitions(connection, relations, output, options);
  const reader = await connection.runAndReadAll(
    `COPY (${source}) TO ${literal(output.path)} (${options.join(', ')})`,
  );
  return reader.getRowObjectsJson().map((row) => writtenFile(row));
}

async function writePartitions(
  connection: DuckDBConnection,
  relations: Relations,
  { from, path, partitionBy, orderBy = [] }: Extract<PlanOutput, { partitionBy: string }>,
  options: readonly string[],
): Promise<readonly WrittenFile[]> {
  const column = quoted(partitionBy);
  await makeFolder(path);
  const values = await connection.runAndReadAll(
    relations.with(
      `SELECT CAST(${column} AS VARCHAR) FROM (SELECT DISTINCT ${column} FROM ${quoted(from)} LIMIT 2)`,
    ),
  );
  const [only, another] = values.getRows().map(([value]) => value);
  if (typeof only === 'string' && another === undefined) {
    // The usual case, a file of one day, needs neither a sort nor a partitioned writer.
    const folder = join(path, `${partitionBy}=${only}`);
    await makeFolder(folder);
    const order = orderBy.length === 0 ? '' : ` ORDER BY ${orderBy.map(quoted).join(', ')}`;
    const target = literal(join(folder, 'part.parquet'));
    const part = relations.with(`SELECT * EXCLUDE (${column}) FROM ${quoted(from)}${order}`);
    const reader = await connection.runAndReadAll(`COPY (${part}) TO ${target} (${options.join(', ')})`);
    return reader.getRowObjectsJson().map((row) => ({ ...writtenFile(row), partition: only }));
  }
  // Sorted, so that each partition is one file however many rows and threads there are.
  const order = [partitionBy, ...orderBy].map(quoted).join(', ');
  const partitioned = [...options, `PARTITION_BY (${column})`, "FILENAME_PATTERN 'part-{i}'"];
  const parts = relations.with(`SELECT * FROM ${quoted(from)} ORDER BY ${order}`);
  const reader = await connection.runAndReadAll(
    `COPY (${parts}) TO ${literal(path)} (${partitioned.join(', ')})`,
  );
  return reader.getRowObjectsJson().map((row) => writtenFile(row));
}

/** Not `recursive`: that calls a full disk a folder that cannot be found. */
async function makeFolder(path: string): Promise<void> {
  try {
    await mkdir(path);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
  }
}

/** One row of RETURN_STATS. */
function writtenFile(row: Readonly<Record<string, unknown>>): WrittenFile {
  const path = row['filename'];
  if (typeof path !== 'string')
    throw new EngineError(`DuckDB did not say which file it wrote: ${JSON.stringify(row)}`);
  const written = { path, rows: Number(row['count']) };
  const keys = row['partition_keys'];
  const partition: unknown = Array.isArray(keys)
    ? (keys[0] as { value?: unknown } | undefined)?.value
    : undefined;
  return typeof partition === 'string' ? { ...written, partition } : written;
}
