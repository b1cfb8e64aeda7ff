import { InvariantError } from '../errors.ts';
import type { ScanLimits } from './limits.ts';
import { unpack, type PlacedBatch, type Places } from './places.ts';
import { reasonsOf, ROW_TOO_LONG } from './record-batch.ts';
import type { Snapshot } from './snapshot.ts';
import { StretchReader } from './stretch.ts';
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

/**
 * Yields, in the order of the file and many at once, every malformed record with its structural reasons and
 * every well-formed record that a verdict names. Reads what the snapshot kept of the batches with such records,
 * and no others. Raw bytes are valid until more records are asked for.
 * @param limits the same that the snapshot was taken with
 * @throws InvariantError if a verdict names no clean record or comes out of order, or if the files of the
 *   snapshot are not as they were written: then what was yielded is worth nothing
 */
export async function* locateRecords(
  { batches }: Pick<Snapshot, 'batches'>,
  verdicts: AsyncIterable<readonly RowVerdict[]>,
  { maxRecordBytes }: ScanLimits,
): AsyncGenerator<readonly LocatedRecord[], void, undefined> {
  const cursor = new VerdictCursor(verdicts);
  const placesReader = new StretchReader();
  const textReader = new StretchReader();
  let row = 0;
  try {
    for (const batch of batches) {
      const { packed, count, malformed } = batch;
      const judged = await cursor.upTo(row + count - malformed);
      if (malformed > 0 || judged.length > 0) {
        const places = unpack('path' in packed ? await placesReader.read(packed) : packed, count);
        const isRead = judged.length > 0 && batch.text !== undefined;
        const text = isRead ? await textReader.read(batch.text) : undefined;
        yield* locatedIn(batch, places, { text, row, judged, maxRecordBytes });
      }
      row += count - malformed;
    }
    await cursor.assertExhausted(row);
  } finally {
    await Promise.all([placesReader.close(), textReader.close(), cursor.close()]);
  }
}

/** A loop without a promise for each record: it looks at all of the batch. */
function* locatedIn(
  batch: PlacedBatch,
  places: Places,
  options: {
    /** Of the well-formed records; undefined if no verdict names one. */
    readonly text: Uint8Array | undefined;
    /** Well-formed records of the file before this batch. */
    readonly row: number;
    readonly judged: readonly RowVerdict[];
    readonly maxRecordBytes: number;
  },
): Generator<readonly LocatedRecord[], void, undefined> {
  const { text = NOTHING, judged, maxRecordBytes } = options;
  let found: LocatedRecord[] = [];
  let { row } = options;
  let next = 0;
  let textAt = 0;
  let malformedAt = 0;
  for (let i = 0; i < batch.count; i++) {
    if (found.length === AT_ONCE) {
      yield found;
      found = [];
    }
    const flags = places.flags[i] ?? 0;
    const bytes = (places.ends[i] ?? 0) - (places.starts[i] ?? 0);
    if (flags !== 0) {
      const from = malformedAt;
      malformedAt += Math.min(bytes, maxRecordBytes);
      found.push(located(batch, places, i, reasonsOf(flags), places.malformed.subarray(from, malformedAt)));
      continue;
    }
    row += 1;
    const verdict = judged[next];
    if (verdict?.row === row) {
      found.push(located(batch, places, i, verdict.reasons, text.subarray(textAt, textAt + bytes)));
      next += 1;
    }
    textAt += bytes + 1;
  }
  if (malformedAt !== places.malformed.length || (judged.length > 0 && textAt !== text.length))
    throw new InvariantError(
      `The records from ${batch.recordsBefore + 1} on have ${textAt} and ${malformedAt} bytes; ` +
        `${text.length} and ${places.malformed.length} were kept.`,
    );
  yield found;
}

const NOTHING = new Uint8Array(0);
/** A batch may have half a million records, all of them bad. */
const AT_ONCE = 1_024;

function located(
  batch: PlacedBatch,
  { starts, lines, flags }: Places,
  index: number,
  reasons: readonly string[],
  raw: Uint8Array,
): LocatedRecord {
  return {
    record: batch.recordsBefore + index + 1,
    line: batch.firstLine + (lines[index] ?? 0),
    byte: index === 0 ? batch.firstByte : batch.base + (starts[index] ?? 0),
    reasons,
    raw: Buffer.from(raw.buffer, raw.byteOffset, raw.length),
    truncated: ((flags[index] ?? 0) & ROW_TOO_LONG) !== 0,
  };
}
