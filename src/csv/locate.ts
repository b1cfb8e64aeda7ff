import type { Readable } from 'node:stream';
import { InvariantError } from '../errors.ts';
import { readBlocks } from './blocks.ts';
import { gunzip } from './gunzip.ts';
import { DEFAULT_BLOCK_BYTES, type ScanLimits } from './limits.ts';
import { Receiver } from './receive.ts';
import { reasonsOf, ROW_TOO_LONG, type RecordBatch } from './record-batch.ts';
import { scanText } from './scan.ts';
import { RecordScanner } from './scanner.ts';
import type { Snapshot } from './snapshot.ts';
import { VerdictCursor, type RowVerdict } from './verdicts.ts';

export type { RowVerdict } from './verdicts.ts';

/** One record of the file, with the place where it stands. */
export interface LocatedRecord {
  /** 1 is the first record after the header; malformed ones count. */
  readonly record: number;
  /** Physical line on which it begins; 1 is the file's first line. */
  readonly line: number;
  /** Offset of its first byte in the uncompressed file. */
  readonly byte: number;
  readonly reasons: readonly string[];
  /** Its bytes without the line end. */
  readonly raw: Buffer;
  /** `raw` is only the beginning: the record is longer than may be held. */
  readonly truncated: boolean;
}

export interface LocateOptions {
  readonly signal?: AbortSignal;
  /** As for the snapshot. */
  readonly blockBytes?: number;
}

/**
 * Scans a file again and yields, in its order, every malformed record with its structural reasons and
 * every well-formed record that a verdict names.
 * @param source the bytes that the snapshot was taken of, from the first; destroyed in any case
 * @param limits the same that the snapshot was taken with
 * @throws InvariantError if a verdict names no clean record or comes out of order, or if the bytes are not
 *   those that the snapshot saw: then what was yielded is worth nothing
 */
export async function* locateRecords(
  snapshot: Omit<Snapshot, 'segments'>,
  source: Readable,
  verdicts: AsyncIterable<RowVerdict>,
  limits: ScanLimits,
  options: LocateOptions = {},
): AsyncGenerator<LocatedRecord, void, undefined> {
  const cursor = new VerdictCursor(verdicts);
  let records = 0;
  let malformed = 0;
  const receiver = new Receiver(limits);
  try {
    await cursor.advance();
    for await (const batch of rescan(source, receiver, snapshot.compressed, limits, options)) {
      options.signal?.throwIfAborted();
      let row = records - malformed;
      records += batch.count;
      malformed += batch.malformed;
      if (batch.malformed === 0 && cursor.row > row + batch.count) continue;
      for (let i = 0; i < batch.count; i++) {
        if (batch.isMalformed(i)) yield located(batch, i, reasonsOf(batch.flagsOf(i)), limits);
        else if (++row === cursor.row) {
          yield located(batch, i, cursor.reasons, limits);
          await cursor.advance();
        }
      }
    }
    const { sha256 } = receiver.finish();
    if (records !== snapshot.records || malformed !== snapshot.malformed || sha256 !== snapshot.sha256)
      throw new InvariantError(
        `The second scan found ${records} records, ${malformed} of them malformed, in ${sha256}; ` +
          `the first found ${snapshot.records} and ${snapshot.malformed} in ${snapshot.sha256}.`,
        { hint: 'Scan with the same limits, and let nobody write to the file.' },
      );
    cursor.assertExhausted(records - malformed);
  } finally {
    await cursor.close();
  }
}

async function* rescan(
  source: Readable,
  receiver: Receiver,
  compressed: boolean,
  limits: ScanLimits,
  { signal, blockBytes = DEFAULT_BLOCK_BYTES }: LocateOptions,
): AsyncGenerator<RecordBatch, void, undefined> {
  const headroom = limits.maxRecordBytes;
  try {
    signal?.throwIfAborted();
    const blocks = receiver.receive(readBlocks(source, blockBytes, compressed ? 0 : headroom));
    const text = compressed ? readBlocks(gunzip(blocks, limits), blockBytes, headroom) : blocks;
    yield* scanText(text, new RecordScanner(limits, blockBytes), limits);
  } finally {
    source.destroy();
  }
}

function located(
  batch: RecordBatch,
  index: number,
  reasons: readonly string[],
  { maxRecordBytes }: ScanLimits,
): LocatedRecord {
  return {
    record: batch.recordsBefore + index + 1,
    line: batch.lineOf(index),
    byte: batch.byteOf(index),
    reasons,
    raw: batch.rawOf(index, maxRecordBytes),
    truncated: (batch.flagsOf(index) & ROW_TOO_LONG) !== 0,
  };
}
