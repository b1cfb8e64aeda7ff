import { isUtf8 } from 'node:buffer';
import { STRUCTURAL_REASONS } from '../../src/contracts/reasons.ts';
import type { ScanLimits } from '../../src/csv/snapshot.ts';

export interface ReferenceRecord {
  readonly line: number;
  readonly byte: number;
  readonly end: number;
  readonly columns: number;
  readonly reasons: readonly string[];
}

/**
 * The rules of the scanner once more, as plainly as possible: the whole file in memory, one record
 * after the other, each split by looking at it, no state between them. The header is the first record.
 * @returns undefined if a quote is never closed
 */
export function referenceRecords(file: Buffer, limits: ScanLimits): ReferenceRecord[] | undefined {
  const text = file.toString('latin1');
  const records: ReferenceRecord[] = [];
  let at = text.startsWith('\u00ef\u00bb\u00bf') ? 3 : 0;
  while (at < text.length) {
    const blank = /^(?:\r\n|\r|\n)/.exec(text.slice(at));
    if (blank !== null) {
      at += blank[0].length;
      continue;
    }
    const found = splitRecord(text.slice(at));
    if (found === undefined) return undefined;
    const { length, fields, malformedQuote } = found;
    const raw = text.slice(at, at + length);
    const reasons = {
      wrong_column_count: records.length > 0 && fields.length !== records[0]?.columns,
      malformed_quote: malformedQuote,
      invalid_utf8: !isUtf8(file.subarray(at, at + length)),
      nul_byte: raw.includes('\0'),
      field_too_long: fields.some((field) => field.length > limits.maxFieldBytes),
      row_too_long: length > limits.maxRecordBytes,
    };
    records.push({
      line: 1 + (text.slice(0, at).match(/\r\n|\r|\n/g)?.length ?? 0),
      byte: at,
      end: at + length,
      columns: fields.length,
      reasons: STRUCTURAL_REASONS.filter((reason) => reasons[reason]),
    });
    at += length;
    at += /^(?:\r\n|\r|\n)/.exec(text.slice(at))?.[0].length ?? 0;
  }
  return records;
}

function splitRecord(
  text: string,
): { length: number; fields: string[]; malformedQuote: boolean } | undefined {
  const fields: string[] = [];
  let at = 0;
  for (;;) {
    const rest = text.slice(at);
    const wellFormed = /^(?:"(?:[^"]|"")*"(?!")|[^",\r\n]*)(?=[,\r\n]|$)/.exec(rest)?.[0];
    if (wellFormed === undefined) break;
    fields.push(wellFormed);
    at += wellFormed.length;
    if (text[at] !== ',') return { length: at, fields, malformedQuote: false };
    at++;
  }
  // The field that begins here is broken: from its first misplaced quote on, quotes mean nothing.
  const quoted = /^"(?:[^"]|"")*"(?!")/.exec(text.slice(at))?.[0];
  if (quoted === undefined && text[at] === '"') return undefined;
  const from = at + (quoted?.length ?? 0);
  const tail = /^[^\r\n]*/.exec(text.slice(from))?.[0] ?? '';
  const pieces = tail.split(',');
  fields.push((quoted ?? '') + (pieces[0] ?? ''), ...pieces.slice(1));
  return { length: from + tail.length, fields, malformedQuote: true };
}
