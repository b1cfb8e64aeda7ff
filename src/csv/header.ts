import { isUtf8 } from 'node:buffer';
import { SAVE_AS_UTF8 } from './encoding.ts';
import { ScanRejectedError } from './errors.ts';
import { raise, SCAN_LIMIT_KEYS, sizeText, type ScanLimits } from './limits.ts';
import { FIELD_TOO_LONG, INVALID_UTF8, NUL_BYTE, reasonsOf, ROW_TOO_LONG } from './record-batch.ts';

/** Splits a record that is known to be well-formed. */
function splitFields(record: string): string[] {
  const fields: string[] = [];
  const field = /("[^"]*(?:""[^"]*)*"|[^,]*)(?:,|$)/gy;
  for (let match = field.exec(record); match !== null; match = field.exec(record)) {
    const written = match[1] ?? '';
    fields.push(written.startsWith('"') ? written.slice(1, -1).replaceAll('""', '"') : written);
    if (!match[0].endsWith(',')) break;
  }
  return fields;
}

interface FoundRecord {
  /** Undefined if it is longer than may be held. */
  readonly bytes: Uint8Array | undefined;
  readonly flags: number;
  readonly columns: number;
  readonly byte: number;
  readonly line: number;
}

/**
 * The names of the columns, unquoted and without surrounding blanks. They may be empty or repeat: judging
 * names is not a scanner's job.
 * @throws ScanRejectedError if the header is malformed or has too many columns
 */
export function readHeader(found: FoundRecord, limits: ScanLimits): readonly string[] {
  const { bytes, byte, line, columns } = found;
  let flags = found.flags;
  if ((flags & NUL_BYTE) !== 0) {
    const message = 'The header holds NUL bytes, as UTF-16 text does; only UTF-8 is read.';
    throw new ScanRejectedError('wrong_encoding', message, { hint: SAVE_AS_UTF8, byte, line });
  }
  if (bytes !== undefined && !isUtf8(bytes)) flags |= INVALID_UTF8;
  // A quote or a byte that is wrong stays wrong under any limit, so it is what a person hears of.
  const tooLong = longerThanAllowed(flags);
  if (tooLong !== undefined) {
    const { name, what } = tooLong;
    const value = limits[name];
    const message = `The first line, which should name the columns, ${what} more than ${sizeText(value)}.`;
    const hint = `Deliver the file with its column names first, or ${raise(SCAN_LIMIT_KEYS[name])}`;
    throw new ScanRejectedError('malformed_header', message, { hint, byte, line, limit: { name, value } });
  }
  if (bytes === undefined || flags !== 0) {
    const message = `The header is malformed (${reasonsOf(flags).join(', ')}), so no column can be named.`;
    const hint =
      'Deliver the file with a first record that names its columns, as UTF-8 and quoted as RFC 4180 says.';
    throw new ScanRejectedError('malformed_header', message, { hint, byte, line });
  }
  if (columns > limits.maxColumns) {
    const value = limits.maxColumns;
    const message = `The header has ${columns} columns; at most ${value} are allowed.`;
    const hint = `Deliver fewer columns, or ${raise(SCAN_LIMIT_KEYS.maxColumns)}`;
    const limit = { name: 'maxColumns', value };
    throw new ScanRejectedError('too_many_columns', message, { hint, byte, line, limit });
  }
  return splitFields(new TextDecoder().decode(bytes)).map((name) => name.trim());
}

/** Which limit a header exceeds that is wrong in no other way. */
function longerThanAllowed(
  flags: number,
): { readonly name: 'maxRecordBytes' | 'maxFieldBytes'; readonly what: string } | undefined {
  switch (flags) {
    case FIELD_TOO_LONG:
      return { name: 'maxFieldBytes', what: 'has a field of' };
    case ROW_TOO_LONG:
    case ROW_TOO_LONG | FIELD_TOO_LONG:
      return { name: 'maxRecordBytes', what: 'has' };
    default:
      return undefined;
  }
}
