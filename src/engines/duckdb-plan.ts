import { basename, dirname } from 'node:path';
import { literal, quoted } from './dialect.ts';
import type { Execute } from './duckdb-connection.ts';
import { readInput } from './duckdb-inputs.ts';
import type { Plan, PlanBase, PlanInput, PlanOutput, PlanResult, Row, Value, WrittenFile } from './engine.ts';
import { EngineError } from './errors.ts';

/**
 * Makes the relations of a plan, those that are to be kept as tables of the connection.
 * @param relations what they may read; they are added to it
 * @returns the names of the tables
 */
export async function makeRelations(
  execute: Execute,
  { inputs, steps }: PlanBase,
  relations: Relations,
  signal: AbortSignal | undefined,
): Promise<readonly string[]> {
  const tables: string[] = [];
  for (const [name, input] of Object.entries(inputs)) relations.addInput(name, input);
  for (const { name, sql, materialize } of steps) {
    if (materialize !== true) {
      relations.add(name, sql);
      continue;
    }
    // An interrupt ends the statement that runs; one that comes between two is noticed here.
    signal?.throwIfAborted();
    // A plan that failed may have left one.
    await execute(`CREATE OR REPLACE TEMP TABLE ${quoted(name)} AS ${relations.with(sql)}`);
    tables.push(name);
  }
  return tables;
}

/** Writes the outputs of a plan whose relations are there. */
export async function makeOutputs(
  execute: Execute,
  plan: Plan,
  relations: Relations,
  signal: AbortSignal | undefined,
): Promise<PlanResult> {
  const files: Record<string, readonly WrittenFile[]> = {};
  const rows: Record<string, readonly Row[]> = {};
  for (const [name, output] of Object.entries(plan.outputs)) {
    signal?.throwIfAborted();
    if (output.format === 'rows') rows[name] = await readRows(execute, relations, output.from);
    else files[name] = await writeFiles(execute, relations, output);
  }
  return { files, rows };
}

interface Relation {
  readonly name: string;
  readonly sql: string;
}

/**
 * What is not kept as a table, as a WITH clause of the statements that read it: for a small file, making a
 * view of each took longer than all else.
 */
export class Relations {
  readonly #threads: number;
  readonly #all: Relation[];

  /** @param threads of the engine: so many read one input at a time */
  constructor(threads: number, all: readonly Relation[] = []) {
    this.#threads = threads;
    this.#all = [...all];
  }

  copy(): Relations {
    return new Relations(this.#threads, this.#all);
  }

  addInput(name: string, input: PlanInput): void {
    this.add(name, readInput(input, this.#threads));
  }

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

async function readRows(execute: Execute, relations: Relations, from: string): Promise<readonly Row[]> {
  const reader = await execute(relations.with(`SELECT * FROM ${quoted(from)}`));
  return reader.getRowObjects().map((row) => {
    const entries = Object.entries(row).map(([column, value]): [string, Value] => {
      if (value === null || typeof value !== 'object') return [column, value ?? null];
      return [column, value.toString()];
    });
    return Object.fromEntries(entries);
  });
}

async function writeFiles(
  execute: Execute,
  relations: Relations,
  output: Exclude<PlanOutput, { format: 'rows' }>,
): Promise<readonly WrittenFile[]> {
  const source = relations.with(`SELECT * FROM ${quoted(output.from)}`);
  if (output.format === 'csv') {
    const reader = await execute(`COPY (${source}) TO ${literal(output.path)} (FORMAT csv, HEADER false)`);
    return [{ path: output.path, rows: Number(reader.getRows()[0]?.[0] ?? 0) }];
  }
  if ('partitionBy' in output) return writePartitions(execute, relations, output);
  if ('splitBy' in output) return copyApart(execute, source, output.path, output.splitBy, output.rangeOf);
  return copy(execute, source, output.path);
}

/**
 * Row groups are half of what DuckDB takes by default: files are as large, and what is written stays closer to the
 * processor. A dictionary is for few values: one for ids would be given up after a fifth of a row group.
 */
const SMALL_PIECES = ['COMPRESSION snappy', 'ROW_GROUP_SIZE 61440', 'DICTIONARY_SIZE_LIMIT 1024'];

async function copy(
  execute: Execute,
  source: string,
  path: string,
  more: readonly string[] = [],
  rangeOf?: string,
): Promise<readonly WrittenFile[]> {
  const options = ['FORMAT parquet', ...SMALL_PIECES, 'RETURN_STATS true', ...more];
  const reader = await execute(`COPY (${source}) TO ${literal(path)} (${options.join(', ')})`);
  return reader.getRowObjectsJson().map((row) => writtenFile(row, rangeOf));
}

/**
 * One file for each value, beside each other: every folder would be one more that has to be put on disk. DuckDB's
 * manual does not mention HIVE_FILE_PATTERN; the engine's suite holds it to what it does.
 */
function copyApart(
  execute: Execute,
  source: string,
  path: string,
  column: string,
  rangeOf?: string,
): Promise<readonly WrittenFile[]> {
  const apart = [
    `PARTITION_BY (${quoted(column)})`,
    'HIVE_FILE_PATTERN false',
    `FILENAME_PATTERN ${literal(`${basename(path)}-{i}`)}`,
    'OVERWRITE_OR_IGNORE true',
  ];
  return copy(execute, source, dirname(path), apart, rangeOf);
}

async function writePartitions(
  execute: Execute,
  relations: Relations,
  { from, path, partitionBy, orderBy = [] }: Extract<PlanOutput, { partitionBy: string }>,
): Promise<readonly WrittenFile[]> {
  const column = quoted(partitionBy);
  const distinct = `SELECT DISTINCT ${column} FROM ${quoted(from)} LIMIT 2`;
  const values = await execute(relations.with(`SELECT CAST(${column} AS VARCHAR) FROM (${distinct})`));
  const [only, another] = values.getRows().map(([value]) => value);
  if (typeof only === 'string' && another === undefined) {
    // The usual case, a file of one day, needs neither a sort nor a partitioned writer.
    const order = orderBy.length === 0 ? '' : ` ORDER BY ${orderBy.map(quoted).join(', ')}`;
    const part = relations.with(`SELECT * EXCLUDE (${column}) FROM ${quoted(from)}${order}`);
    const written = await copy(execute, part, `${path}-0.parquet`);
    return written.map((file) => ({ ...file, partition: only }));
  }
  // Sorted, so that each partition is one file however many rows and threads there are.
  const order = [partitionBy, ...orderBy].map(quoted).join(', ');
  const parts = relations.with(`SELECT * FROM ${quoted(from)} ORDER BY ${order}`);
  return copyApart(execute, parts, path, partitionBy);
}

/** One row of RETURN_STATS. */
function writtenFile(row: Readonly<Record<string, unknown>>, rangeOf: string | undefined): WrittenFile {
  const path = row['filename'];
  if (typeof path !== 'string')
    throw new EngineError(`DuckDB did not say which file it wrote: ${JSON.stringify(row)}`);
  const partition = entriesOf(row['partition_keys'])[0]?.value;
  const statistics = entriesOf(row['column_statistics']);
  const ofColumn = entriesOf(
    statistics.find(({ key }) => rangeOf !== undefined && key === quoted(rangeOf))?.value,
  );
  const [least, greatest] = ['min', 'max'].map((name) => ofColumn.find(({ key }) => key === name)?.value);
  return {
    path,
    rows: Number(row['count']),
    ...(typeof partition === 'string' ? { partition } : {}),
    ...(typeof least === 'string' && typeof greatest === 'string' ? { range: { least, greatest } } : {}),
  };
}

/** A MAP as DuckDB's client makes JSON of it. */
function entriesOf(map: unknown): readonly { readonly key: unknown; readonly value: unknown }[] {
  return Array.isArray(map) ? (map as { key: unknown; value: unknown }[]) : [];
}
