import { createHash } from 'node:crypto';
import { mkdtemp, readFile, readdir, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { parse } from 'csv-parse/sync';
import { onTestFinished } from 'vitest';

export type Row = Readonly<Record<string, string>>;

/** A fresh directory that is gone after the test. */
export async function scratch(): Promise<string> {
  const directory = await mkdtemp(path.join(os.tmpdir(), 'hitparade-samples-'));
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  return directory;
}

/** Relative path (with `/`) to SHA-256 of every file below a directory. */
export async function hashes(directory: string): Promise<Record<string, string>> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  const found: Record<string, string> = {};
  for (const entry of entries.filter((candidate) => candidate.isFile())) {
    const file = path.join(entry.parentPath, entry.name);
    found[path.relative(directory, file).split(path.sep).join('/')] = createHash('sha256')
      .update(await readFile(file))
      .digest('hex');
  }
  return found;
}

/** All records of a well-formed file, by column name. */
export const readRows = async (file: string): Promise<Row[]> =>
  parse<Row>(await readFile(file), { columns: true });

/** All records as they stand, whatever their number of columns, the header first. */
export const readRecords = async (file: string): Promise<string[][]> =>
  parse(await readFile(file), { relax_column_count: true });

export function countBy<T>(items: readonly T[], key: (item: T) => string): Map<string, number> {
  const counts = new Map<string, number>();
  for (const item of items) counts.set(key(item), (counts.get(key(item)) ?? 0) + 1);
  return counts;
}
