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
      /** What an engine reads of the file. */
      readonly clean: Buffer;
    };

/** The scanner and the clean text as a snapshot drives them, without files: thousands of texts a second. */
export function scanInMemory(text: Buffer, limits: ScanLimits, blockBytes: number): Scanned {
  const scanner = new RecordScanner(limits, blockBytes);
  const clean = new CleanText();
  const written: Buffer[] = [];
  const records: ScannedRecord[] = [];
  let malformed = 0;
  try {
    for (const block of blocksOf(text, blockBytes, limits.maxRecordBytes)) {
      const batch = scanner.scan(block);
      malformed += batch.malformed;
      for (let i = 0; i < batch.count; i++) {
        const raw = Buffer.alloc(batch.rawBytes(i, limits.maxRecordBytes));
        batch.copyRaw(i, limits.maxRecordBytes, raw, 0);
        records.push({
          line: batch.firstLine + (batch.lines[i] ?? 0),
          byte: batch.byteOf(i),
          raw: raw.toString('latin1'),
          reasons: reasonsOf(batch.flagsOf(i)),
        });
      }
      written.push(Buffer.from(clean.of(batch)));
      scanner.carryOver(block);
    }
  } catch (error) {
    if (!(error instanceof ScanRejectedError)) throw error;
    return { rejected: error.code, byte: error.byte, line: error.line };
  }
  const header = scanner.header ?? [];
  return { rejected: undefined, header, records, malformed, clean: Buffer.concat(written) };
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
