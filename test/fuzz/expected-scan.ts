import { STRUCTURAL_REASONS } from '../../src/contracts/reasons.ts';
import type { ScanLimits } from '../../src/csv/limits.ts';
import { readIndependently, type IndependentRecord } from './independent-reader.ts';
import type { Scanned } from './scan-in-memory.ts';

/** What the scanner has to find in a text, from csv-parse's reading of it and the documented limits. */
export function expectedScan(text: Buffer, limits: ScanLimits): Scanned {
  const mark = foreignMark(text);
  if (mark !== undefined) return { rejected: mark, byte: 0, line: 1 };
  const bom = text.length >= 3 && text.readUIntBE(0, 3) === 0xefbbbf ? 3 : 0;
  const { records: found, unterminated } = readIndependently(text.subarray(bom));
  const [first, ...others] = found.map((record) => ({
    ...record,
    byte: record.byte + bom,
    end: record.end + bom,
  }));
  const lineOf = lineCounter(text);

  const columns = first?.lengths.length ?? 0;
  if (first !== undefined) {
    const line = lineOf(first.byte);
    const faults = faultsOf(text, first, columns, limits);
    const place = { byte: first.byte, line };
    if (faults.includes('nul_byte')) return { rejected: 'wrong_encoding', ...place };
    if (faults.length > 0) return { rejected: 'malformed_header', ...place };
    if (columns > limits.maxColumns) return { rejected: 'too_many_columns', ...place };
  }
  if (unterminated) return { rejected: 'unterminated_quote', byte: undefined, line: undefined };

  const clean: Buffer[] = [];
  let malformed = 0;
  const records = others.map((record) => {
    const reasons = faultsOf(text, record, columns, limits);
    if (reasons.length > 0) malformed++;
    else clean.push(text.subarray(record.byte, record.end), Buffer.from('\n'));
    const end = Math.min(record.end, record.byte + limits.maxRecordBytes);
    return {
      line: lineOf(record.byte),
      byte: record.byte,
      raw: text.toString('latin1', record.byte, end),
      reasons,
    };
  });
  return {
    rejected: undefined,
    header: (first?.values ?? []).map((name) => Buffer.from(name, 'latin1').toString().trim()),
    records,
    malformed,
    clean: Buffer.concat(clean),
  };
}

function faultsOf(
  text: Buffer,
  { byte, end, values, lengths }: IndependentRecord,
  columns: number,
  limits: ScanLimits,
): readonly string[] {
  const raw = text.subarray(byte, end);
  const faults: Readonly<Record<string, boolean>> = {
    wrong_column_count: lengths.length !== columns,
    malformed_quote: values === undefined,
    invalid_utf8: !decodes(raw),
    nul_byte: raw.includes(0),
    field_too_long: lengths.some((length) => length > limits.maxFieldBytes),
    row_too_long: raw.length > limits.maxRecordBytes,
  };
  return STRUCTURAL_REASONS.filter((reason) => faults[reason] === true);
}

const decoder = new TextDecoder('utf-8', { fatal: true });
function decodes(raw: Uint8Array): boolean {
  try {
    decoder.decode(raw);
    return true;
  } catch {
    return false;
  }
}

function foreignMark(text: Buffer): string | undefined {
  const begin = text.toString('latin1', 0, 4);
  if (/^(?:\xff\xfe|\xfe\xff)/.test(begin) || begin === '\0\0\xfe\xff') return 'wrong_encoding';
  return begin.startsWith('\x1f\x8b') ? 'unexpected_gzip' : undefined;
}

/** Physical lines: LF, CRLF and CR each end one, wherever they stand. Asked for ascending bytes only. */
function lineCounter(text: Buffer): (byte: number) => number {
  let line = 1;
  let at = 0;
  return (byte) => {
    for (; at < byte; at++) {
      if (text[at] === 10 ? text[at - 1] !== 13 : text[at] === 13) line++;
    }
    return line;
  };
}
