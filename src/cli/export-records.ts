import { open, rm, type FileHandle } from 'node:fs/promises';
import { extname, resolve } from 'node:path';
import { UsageError } from '../errors.ts';
import type { BadRecord } from '../pipeline/reports.ts';
import { toJson } from './json.ts';

export interface ExportTarget {
  readonly path: string;
  readonly header: string;
  readonly line: (record: BadRecord) => string;
}

const CSV_COLUMNS = ['file', 'line', 'byte', 'reasons', 'raw'] as const;

/** @throws UsageError if the extension is neither .csv nor .jsonl */
export function exportTarget(file: string, cwd: string): ExportTarget {
  const path = resolve(cwd, file);
  const extension = extname(path).toLowerCase();
  if (extension === '.jsonl') return { path, header: '', line: (record) => `${toJson(record)}\n` };
  if (extension === '.csv') return { path, header: `${CSV_COLUMNS.join(',')}\r\n`, line: csvLine };
  throw new UsageError(`--export is '${file}'; allowed: a file that ends in .csv or .jsonl`);
}

/** @returns how many were written. @throws UsageError if the file exists and `force` is false */
export async function exportRecords(
  records: AsyncIterable<BadRecord>,
  target: ExportTarget,
  force: boolean,
): Promise<number> {
  const handle = await openTarget(target.path, force);
  let written = 0;
  try {
    const stream = handle.createWriteStream();
    const lines = async function* (): AsyncGenerator<string> {
      yield target.header;
      for await (const record of records) {
        written += 1;
        yield target.line(record);
      }
    };
    const { pipeline } = await import('node:stream/promises');
    await pipeline(lines(), stream);
  } catch (error) {
    // Half an export would pass for a whole one.
    await rm(target.path, { force: true });
    throw error;
  }
  return written;
}

async function openTarget(path: string, force: boolean): Promise<FileHandle> {
  try {
    return await open(path, force ? 'w' : 'wx');
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? cause.code : undefined;
    if (code === 'EEXIST') {
      throw new UsageError(`--export: ${path} exists already`, {
        hint: 'pass --force to overwrite it',
        cause,
      });
    }
    throw new UsageError(`--export: ${path} cannot be written: ${String(cause)}`, { cause });
  }
}

function csvLine(record: BadRecord): string {
  const cells = [record.file, String(record.line), String(record.byte), record.reasons.join(' '), record.raw];
  return `${cells.map(csvCell).join(',')}\r\n`;
}

/** With which a cell begins that some spreadsheet takes for a formula; full-width signs count for some. */
const FORMULA = '=+-@\t\r\n\0\uff1d\uff0b\uff0d\uff20';

/** Quoted as RFC 4180 says; a spreadsheet must not take a cell for a formula. */
function csvCell(text: string): string {
  const harmless = text !== '' && FORMULA.includes(text.charAt(0)) ? `'${text}` : text;
  return /[",\r\n]/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless;
}
