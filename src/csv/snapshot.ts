import type { Readable } from 'node:stream';
import { readBlocks, type Block } from './blocks.ts';
import { ScanRejectedError } from './errors.ts';
import { gunzip } from './gunzip.ts';
import { DEFAULT_BLOCK_BYTES, type ScanLimits } from './limits.ts';
import { PlaceWriter, type PlacedBatch } from './places.ts';
import { Receiver } from './receive.ts';
import { scanText } from './scan.ts';
import { RecordScanner } from './scanner.ts';
import { SegmentWriter, type Segment } from './segments.ts';

export { DEFAULT_SCAN_LIMITS, type ScanLimits } from './limits.ts';

/** One file as it was received, and what the scanner vouches for. */
export interface Snapshot {
  /** Of the bytes as received, lower-case hex. */
  readonly sha256: string;
  /** As received. */
  readonly bytes: number;
  /** Unquoted, without surrounding blanks; empty if the file has no record at all. */
  readonly header: readonly string[];
  /** Data records without the header, malformed ones included. Blank lines are not records. */
  readonly records: number;
  /** Of those, how many the engine will not see. */
  readonly malformed: number;
  /** The last record has no line end. */
  readonly endsInRecord: boolean;
  /** False: no field needs to be trimmed. */
  readonly padded: boolean;
  /** What the engine reads; none if no record is well-formed. */
  readonly segments: readonly Segment[];
  /** What `locateRecords` needs. */
  readonly batches: readonly PlacedBatch[];
}

export interface SnapshotOptions {
  /** Where to put the n-th segment; an existing file is replaced. */
  readonly segmentPath: (index: number) => string;
  /** Where to put the places of the records, if they are many. */
  readonly placesPath: string;
  /** Whether the source is gzip. */
  readonly compressed: boolean;
  readonly limits: ScanLimits;
  readonly signal?: AbortSignal;
  /** Called about once per MiB. */
  readonly onProgress?: (bytesReceived: number, records: number) => void;
  /** New bytes that are scanned at a time, at least 16; default 1 MiB. Never changes the result. */
  readonly blockBytes?: number;
  /** A segment has at least so many bytes, unless it is the last; default 4 MiB. Never changes the result. */
  readonly segmentBytes?: number;
  /** Places that are kept in memory; default 64 KiB. Never changes the result. */
  readonly placesInMemory?: number;
}

/**
 * Copies the well-formed records of a source to this machine, in one pass and in bounded memory. On failure
 * the files written so far stay; the source is destroyed in any case.
 * @throws ScanRejectedError if the file as a whole cannot be trusted
 * @throws the signal's reason if aborted, and the source's own errors
 */
export async function takeSnapshot(source: Readable, options: SnapshotOptions): Promise<Snapshot> {
  const { signal } = options;
  const stop = (): void => {
    source.destroy();
  };
  signal?.addEventListener('abort', stop);
  // An error that comes while nobody reads is kept by the stream and thrown to the reader; it must not
  // end the process before or after that.
  source.on('error', () => undefined);
  try {
    signal?.throwIfAborted();
    return await receiveAndScan(source, options);
  } catch (error) {
    // However the abort surfaced, its reason is what the caller wants to know.
    signal?.throwIfAborted();
    throw error;
  } finally {
    signal?.removeEventListener('abort', stop);
    source.destroy();
  }
}

async function receiveAndScan(source: Readable, options: SnapshotOptions): Promise<Snapshot> {
  const { compressed, limits, blockBytes = DEFAULT_BLOCK_BYTES } = options;
  const headroom = limits.maxRecordBytes;
  const scanner = new RecordScanner(limits, blockBytes);
  const writer = new SegmentWriter(options.segmentPath, options.segmentBytes);
  const places = new PlaceWriter(options.placesPath, headroom, options.placesInMemory);
  const receiver = new Receiver(limits);
  const received = receiver.receive(readBlocks(source, blockBytes, compressed ? 0 : headroom));
  try {
    const blocks = keepOpen(received);
    const text = compressed ? readBlocks(gunzip(blocks, limits), blockBytes, headroom) : blocks;
    let records = 0;
    let malformed = 0;
    for await (const batch of scanText(text, scanner, limits)) {
      options.signal?.throwIfAborted();
      records += batch.count;
      malformed += batch.malformed;
      await places.add(batch, await writer.add(batch));
      options.onProgress?.(receiver.bytes, records);
    }
    const header = scanner.header ?? [];
    const { endsInRecord, padded } = scanner;
    const { segments } = writer;
    const { batches } = places;
    return { ...receiver.finish(), header, records, malformed, endsInRecord, padded, segments, batches };
  } catch (error) {
    if (error instanceof ScanRejectedError && error.code !== 'too_many_bytes')
      throw await withIdentity(error, received, receiver);
    throw error;
  } finally {
    await received.return();
    await Promise.all([writer.close(), places.close()]);
  }
}

/** A rejected file is received to its end, so that it can be told from others. */
async function withIdentity(
  rejection: ScanRejectedError,
  rest: AsyncIterable<Block>,
  receiver: Receiver,
): Promise<ScanRejectedError> {
  try {
    for await (const block of rest) if (block.last) break;
  } catch (error) {
    if (error instanceof ScanRejectedError) return rejection;
    throw error;
  }
  return rejection.withReceived(receiver.finish());
}

/** The same blocks, but a consumer that stops early does not end the source. */
function keepOpen(blocks: AsyncGenerator<Block, void, undefined>): AsyncIterable<Block> {
  return { [Symbol.asyncIterator]: () => ({ next: () => blocks.next() }) };
}
