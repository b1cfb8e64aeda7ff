import type { Block } from '../../src/csv/blocks.ts';
import { CleanText } from '../../src/csv/clean-text.ts';
import { ScanRejectedError } from '../../src/csv/errors.ts';
import type { ScanLimits } from '../../src/csv/limits.ts';
import { reasonsOf } from '../../src/csv/record-batch.ts';
import { RecordScanner } from '../../src/csv/scanner.ts';

export interface ScannedRecord {
  readonly line: number;
  readonly byte: number;
  /** Latin-1; of an oversized record only the beginning. */
  readonly raw: string;
  readonly reasons: readonly string[];
}

export type Scanned =
  | { readonly rejected: string; readonly byte: number | undefined; readonly line: number | undefined }
  | {
      readonly rejected: undefined;
      readonly header: readonly string[];
      readonly records: readonly ScannedRecord[];
      readonly malformed: number;
      /** What an engine reads of the file, without the header. */
      readonly clean: Buffer;
      readonly quoted: boolean;
    };

/** The scanner and the clean text as a snapshot drives them, without files: thousands of texts a second. */
export function scanInMemory(text: Buffer, limits: ScanLimits, blockBytes: number): Scanned {
  const scanner = new RecordScanner(limits, blockBytes);
  const clean = new CleanText(false);
  const written: Buffer[] = [];
  const records: ScannedRecord[] = [];
  let malformed = 0;
  try {
    for (const block of blocksOf(text, blockBytes, limits.maxRecordBytes)) {
      const batch = scanner.scan(block);
      malformed += batch.malformed;
      for (let i = 0; i < batch.count; i++) {
        const raw = batch.rawOf(i, limits.maxRecordBytes).toString('latin1');
        records.push({
          line: batch.lineOf(i),
          byte: batch.byteOf(i),
          raw,
          reasons: reasonsOf(batch.flagsOf(i)),
        });
      }
      const piece = clean.add(batch, scanner.header);
      if (piece?.raw !== undefined) written.push(text.subarray(...piece.raw));
      if (piece?.bytes !== undefined) written.push(Buffer.from(piece.bytes));
      scanner.carryOver(block);
    }
  } catch (error) {
    if (!(error instanceof ScanRejectedError)) throw error;
    return { rejected: error.code, byte: error.byte, line: error.line };
  }
  const { asReceived, header, quoted } = clean.finish();
  const body = header ? text.subarray(text.indexOf(10) + 1 || text.length) : text;
  return {
    rejected: undefined,
    header: scanner.header?.names ?? [],
    records,
    malformed,
    clean: asReceived ? body : Buffer.concat(written),
    quoted,
  };
}

function* blocksOf(text: Buffer, blockBytes: number, headroom: number): Generator<Block> {
  const bytes = Buffer.allocUnsafe(headroom + blockBytes + 1);
  let offset = 0;
  for (; text.length - offset >= blockBytes; offset += blockBytes) {
    text.copy(bytes, headroom, offset, offset + blockBytes);
    yield { bytes, from: headroom, to: headroom + blockBytes, offset, last: false };
  }
  text.copy(bytes, headroom, offset);
  yield { bytes, from: headroom, to: headroom + text.length - offset, offset, last: true };
}
