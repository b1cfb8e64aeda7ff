import duckdb from '@duckdb/node-bindings';
import { mkdir } from 'node:fs/promises';
import { literal } from './dialect.ts';
import { Connection } from './duckdb-connection.ts';
import { escapePattern } from './duckdb-inputs.ts';

export interface DatabaseOptions {
  /** Bounds what DuckDB holds, as DuckDB writes sizes, for example `1GB`. */
  readonly memoryLimit: string;
  readonly threads: number;
  /** Where operators spill what does not fit; made if absent. */
  readonly spillDirectory: string;
  /** The only directories whose files SQL can reach. */
  readonly directories: readonly string[];
}

/** @param threadsOfCallers how many of the threads are not DuckDB's own */
export async function openDatabase(options: DatabaseOptions, threadsOfCallers = 0): Promise<duckdb.Database> {
  await mkdir(options.spillDirectory, { recursive: true });
  const database = await openWith({
    memory_limit: shareForRows(options.memoryLimit),
    threads: String(options.threads),
    external_threads: String(threadsOfCallers),
    temp_directory: options.spillDirectory,
    autoload_known_extensions: 'false',
    autoinstall_known_extensions: 'false',
    // No step relies on the order of rows. With it, writers hold rows back: a quarter of the memory in all.
    preserve_insertion_order: 'false',
    // What a plan leaves goes back to the system before the next one begins.
    allocator_bulk_deallocation_flush_threshold: '32MB',
    // Plays of a track are counted in an array, not in a hash table, up to half a million tracks.
    perfect_ht_threshold: '20',
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
  return database;
}

function openWith(settings: Readonly<Record<string, string>>): Promise<duckdb.Database> {
  const config = duckdb.create_config();
  for (const [name, value] of Object.entries(settings)) duckdb.set_config(config, name, value);
  return duckdb.open(':memory:', config);
}

/** DuckDB counts the pages of its rows, but not what its writers and its allocator hold beside them: up to a quarter. */
const shareForRows = (limit: string): string =>
  limit.replace(/\d+(\.\d+)?/, (number) => String(0.75 * Number(number)));
